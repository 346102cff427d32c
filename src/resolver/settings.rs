//! The settings of a resolver, validated.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) lifetimes: Lifetimes,
    /// How long a lookup may take.
    pub(super) timeout: Duration,
    pub(super) capacity: u64,
    pub(super) max_memory: u64,
    pub(super) max_key_size: usize,
    pub(super) lookup_rate: u32,
    pub(super) lookup_burst: u32,
}

/// How long answers are used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetimes {
    pub(super) positive: Duration,
    pub(super) negative: Duration,
    pub(super) error: Duration,
    /// Beyond `positive`, while there is no newer answer.
    pub(super) stale: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lifetimes: Lifetimes {
                positive: Duration::from_secs(60),
                negative: Duration::from_secs(10),
                error: Duration::from_secs(1),
                stale: Duration::ZERO,
            },
            timeout: Duration::from_secs(1),
            capacity: 10_000,
            max_memory: 64 * 1024 * 1024,
            max_key_size: 1024,
            lookup_rate: 50,
            lookup_burst: 100,
        }
    }
}
