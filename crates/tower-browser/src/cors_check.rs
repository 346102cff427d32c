//! The [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check), the [TAO
//! check](https://fetch.spec.whatwg.org/#concept-tao-check) and the [cross-origin resource policy
//! check](https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header).

use http::{HeaderMap, StatusCode};

use super::exchange::ExchangeKind;
use super::header_list::{get, get_decode_and_split};
use super::options::Credentials;
use super::reason::Reason;
use super::request::{Request, Tainting};
use super::site::Sites;
use super::url::Url;

/// <https://fetch.spec.whatwg.org/#concept-cors-check>
pub(super) fn cors_check(
    request: &Request,
    status: StatusCode,
    response: &HeaderMap,
    on: ExchangeKind,
) -> Result<(), Reason> {
    let origin = request.serialized_origin();
    let credentials = request.credentials == Credentials::Include;
    // Steps 1 and 2. Several lines are combined, and so equal nothing.
    let Some(value) = get(response, "access-control-allow-origin") else {
        let redirected = !request.earlier_urls.is_empty();
        return Err(Reason::MissingAllowOrigin {
            on,
            status: status.as_u16(),
            redirected_to: redirected.then(|| request.current_url.to_string()),
            origin,
            credentials,
        });
    };
    // Step 3
    if !credentials && value == b"*" {
        return Ok(());
    }
    // Step 4, byte for byte
    if value != origin.as_bytes() {
        let text = String::from_utf8_lossy(&value).into_owned();
        return Err(if value.contains(&b',') {
            Reason::MultipleAllowOrigin { on, origin, value: text }
        } else if value == b"*" {
            Reason::WildcardWithCredentials { on, origin }
        } else {
            Reason::AllowOriginMismatch { on, origin, value: text }
        });
    }
    // Step 5
    if !credentials {
        return Ok(());
    }
    // Steps 6 to 8, byte for byte too
    match get(response, "access-control-allow-credentials") {
        Some(value) if value == b"true" => Ok(()),
        value => Err(Reason::CredentialsNotAllowed {
            on,
            value: value.map(|value| String::from_utf8_lossy(&value).into_owned()),
        }),
    }
}

/// <https://fetch.spec.whatwg.org/#concept-tao-check>, for one hop; the caller keeps the request's
/// timing allow failed flag.
pub(super) fn tao_check(request: &Request, response: &HeaderMap) -> bool {
    let values = get_decode_and_split(response, "timing-allow-origin").unwrap_or_default();
    let origin = request.serialized_origin();
    values.iter().any(|value| value == "*" || *value == origin)
        || request.tainting == Tainting::Basic
}

/// <https://fetch.spec.whatwg.org/#cross-origin-resource-policy-internal-check> for a page without
/// an embedder policy.
pub(super) fn resource_policy_check(
    request: &Request,
    sites: &Sites,
    url: &Url,
    response: &HeaderMap,
) -> Result<(), Reason> {
    let value = get(response, "cross-origin-resource-policy").unwrap_or_default();
    let target = url.origin();
    let allowed = match value.as_slice() {
        b"same-origin" => request.origin.is_same(&target),
        b"same-site" => {
            sites.is_same_schemelessly(&request.origin, &target)
                && (request.origin.scheme() == Some("https") || url.scheme() != "https")
        }
        // "cross-origin", none, or none of the three
        _ => true,
    };
    if allowed {
        Ok(())
    } else {
        Err(Reason::ResourcePolicy { value: String::from_utf8_lossy(&value).into_owned() })
    }
}
