//! A token bucket.

use tokio::time::Instant;

/// Fills at a steady rate, up to a burst.
#[derive(Debug)]
pub(super) struct TokenBucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled: Instant,
}

impl TokenBucket {
    /// Full.
    pub(super) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst);
        Self { per_second: f64::from(per_second), burst, tokens: burst, filled: now }
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        self.filled = self.filled.max(now);
        let taken = self.tokens >= 1.0;
        if taken {
            self.tokens -= 1.0;
        }
        taken
    }

    /// Puts a token back that was not needed after all.
    pub(super) fn give_back(&mut self) {
        self.tokens = (self.tokens + 1.0).min(self.burst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        /// In every stretch of time, not only from the start.
        #[test]
        fn never_more_than_burst_and_rate(
            per_second in 1_u32..100,
            burst in 1_u32..100,
            steps in prop::collection::vec(0_u64..2000, 1..200),
        ) {
            let start = Instant::now();
            let mut bucket = TokenBucket::new(per_second, burst, start);
            let mut now = start;
            let mut taken = Vec::new();
            for step in steps {
                now += Duration::from_millis(step / 4);
                if bucket.take(now) {
                    taken.push(now);
                }
            }
            for (i, from) in taken.iter().enumerate() {
                for (j, to) in taken.iter().enumerate().skip(i) {
                    let seconds = to.duration_since(*from).as_secs_f64();
                    let allowed = f64::from(burst) + f64::from(per_second) * seconds;
                    prop_assert!(f64::from(u32::try_from(j - i + 1)?) <= allowed + 1e-6);
                }
            }
        }
    }

    #[test]
    fn fills_up_to_the_burst() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(10, 2, start);
        let takes = |bucket: &mut TokenBucket, at: u64| {
            let now = start + Duration::from_millis(at);
            (0..5).filter(|_| bucket.take(now)).count()
        };
        assert_eq!(takes(&mut bucket, 0), 2, "full at first");
        assert_eq!(takes(&mut bucket, 99), 0, "not yet");
        assert_eq!(takes(&mut bucket, 100), 1, "one in a tenth of a second");
        assert_eq!(takes(&mut bucket, 60_000), 2, "no more than the burst");
        assert_eq!(takes(&mut bucket, 0), 0, "a clock that goes back gives nothing");
        bucket.give_back();
        assert_eq!(takes(&mut bucket, 0), 1, "what came back can be taken again");
        for _ in 0..5 {
            bucket.give_back();
        }
        assert_eq!(takes(&mut bucket, 0), 2, "no more than the burst");
    }
}
