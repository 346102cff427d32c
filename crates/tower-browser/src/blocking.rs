//! What is blocked before anything else is looked at.

use super::reason::Reason;
use super::request::Request;
use super::security_policy::forbidden_by;

/// [Main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch), step 7, as far as it is
/// modelled.
pub(super) fn check(request: &Request) -> Result<(), Reason> {
    let url = &request.current_url;
    // https://w3c.github.io/webappsec-csp/#should-block-request
    if let Some(policies) = &request.security_policies {
        let redirected = request.redirect_count() > 0;
        // `form-action` is not asked again after a redirect.
        let asked = !(redirected && request.initiator.navigates());
        let page = &request.self_origin;
        let forbidden = forbidden_by(policies, request.initiator, page, url, redirected);
        if let (true, Some(directive)) = (asked, forbidden) {
            return Err(Reason::ContentSecurityPolicy { url: url.to_string(), directive });
        }
    }
    // https://fetch.spec.whatwg.org/#block-bad-port
    let port = url.port_or_default();
    if BAD_PORTS.contains(&port) {
        return Err(Reason::BadPort { port });
    }
    // https://w3c.github.io/webappsec-mixed-content/#should-block-fetch
    let navigates = request.initiator.navigates();
    if request.page_is_https && !navigates && !url.is_potentially_trustworthy() {
        return Err(Reason::MixedContent { url: url.to_string() });
    }
    Ok(())
}

/// <https://fetch.spec.whatwg.org/#bad-port>
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];
