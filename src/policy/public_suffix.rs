//! The public suffix list.

/// Whether names beneath `domain` can be registered by anyone: directly, as beneath `github.io` and
/// `co.uk`, or one label further down, as the list says with a star (`*.compute.amazonaws.com`).
pub(super) fn is_public_suffix(domain: &str) -> bool {
    let is_suffix = |name: &str| psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix == name);
    is_suffix(domain) || is_suffix(&format!("x.{domain}"))
}
