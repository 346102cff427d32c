//! From a tenant's origins to its policy.

use axum::http::{Method, header::CONTENT_TYPE};
use tower_cors::{Policy, PolicyErrors};

/// The policy of a tenant with these origins; none if there are no origins.
///
/// It validates what is entered, and compiles what was stored: so what was stored is valid.
pub(crate) fn policy_of(origins: &[String]) -> Result<Option<Policy>, PolicyErrors> {
    if origins.is_empty() {
        return Ok(None);
    }
    Policy::builder()
        .allow_origin(origins)
        .allow_methods([Method::PUT])
        .allow_headers([CONTENT_TYPE])
        .allow_credentials(true)
        .build()
        .map(Some)
}
