//! What a tenant is called.

use axum::http::request::Parts;

/// Lower-case letters, digits and hyphens. So an id stands in a path as it is, without
/// percent-encoding.
pub(crate) fn is_tenant_id(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(allowed)
}

/// The tenant of a request to `/api/{tenant}/…`.
pub(crate) fn tenant_of(parts: &Parts) -> Option<String> {
    let (tenant, _) = parts.uri.path().strip_prefix("/api/")?.split_once('/')?;
    is_tenant_id(tenant).then(|| tenant.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_by_path() {
        for (path, expected) in [
            ("/api/acme/orders", Some("acme")),
            ("/api/acme-2/", Some("acme-2")),
            ("/api/acme", None),
            ("/api//orders", None),
            ("/api/Acme/orders", None),
            ("/api/%61cme/orders", None),
            ("/tenants/acme/origins", None),
            ("/", None),
        ] {
            let (parts, ()) =
                axum::http::Request::get(path).body(()).expect("a request").into_parts();
            assert_eq!(tenant_of(&parts).as_deref(), expected, "{path}");
        }
    }
}
