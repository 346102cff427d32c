//! How much memory a policy takes.

use super::{origins::Origins, policy::Policy};

/// A policy without origins: its rules, its prebuilt answers.
const BASE: usize = 2048;

/// An origin or a pattern, besides its text: its place in an index.
const PER_ORIGIN: usize = 64;

/// A compiled regular expression.
#[cfg(feature = "regex")]
const PER_EXPRESSION: usize = 32_768;

impl Policy {
    /// About how many bytes of memory the policy takes.
    pub(crate) fn memory_size(&self) -> usize {
        let mut size = BASE;
        if let Origins::Rules(rules) = &self.rules().origins {
            for text in rules.set.iter() {
                size += 2 * text.len() + PER_ORIGIN;
            }
            #[cfg(feature = "regex")]
            {
                size += rules.regexes.sources().len() * PER_EXPRESSION;
            }
        }
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_with_what_it_holds() {
        let size = |count: usize| {
            let origins = (0..count).map(|n| format!("https://customer-{n}.example"));
            let policy = Policy::builder().allow_origin(origins.collect::<Vec<_>>()).build();
            policy.map(|policy| policy.memory_size()).unwrap_or_default()
        };
        assert_eq!(size(1), BASE);
        assert!((200_000..400_000).contains(&size(2000)), "{}", size(2000));
    }

    #[cfg(feature = "regex")]
    #[test]
    fn grows_with_expressions() {
        for count in 1..4 {
            let mut builder = Policy::builder();
            for n in 0..count {
                let expression = format!(r"https://[a-z]+-{n}\.example\.com");
                builder = builder.allow_origin(crate::AllowOrigin::regex(expression));
            }
            let size = builder.build().map(|policy| policy.memory_size());
            assert_eq!(size, Ok(BASE + count * PER_EXPRESSION));
        }
    }
}
