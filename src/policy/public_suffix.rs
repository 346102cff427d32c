//! The public suffix list.

/// Whether names directly beneath `domain` can be registered by anyone: `github.io`, `co.uk`.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix == domain)
}
