//! [HTTP-redirect fetch](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch).

use http::{HeaderMap, Method, StatusCode};

use super::header_list::lossy;
use super::options::Mode;
use super::reason::Reason;
use super::request::{Request, Tainting};
use super::safelist::is_non_wildcard;
use super::url::{Url, UrlError};

/// <https://fetch.spec.whatwg.org/#redirect-status>
pub(super) fn is_redirect_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether a redirect leads on.
pub(super) enum Next {
    /// The request now stands at the next URL.
    Hop,
    /// There is no `Location`: the response is what it is.
    Stay,
}

/// <https://fetch.spec.whatwg.org/#concept-http-redirect-fetch>
pub(super) fn follow(
    request: &mut Request,
    status: StatusCode,
    response: &HeaderMap,
) -> Result<Next, Reason> {
    // Steps 3 to 6: https://fetch.spec.whatwg.org/#concept-response-location-url
    let mut lines = response.get_all("location").iter();
    let Some(line) = lines.next() else {
        return Ok(Next::Stay);
    };
    let location = lossy(line);
    if lines.next().is_some() {
        return Err(Reason::InvalidRedirect { location });
    }
    let url = match Url::parse(&location, Some(&request.current_url)) {
        Ok(url) => url,
        Err(UrlError::Invalid) => return Err(Reason::InvalidRedirect { location }),
        Err(UrlError::Scheme) => return Err(Reason::UnsupportedScheme { url: location }),
    };
    // Step 7
    if request.redirect_count() == 20 {
        return Err(Reason::TooManyRedirects);
    }
    // Steps 9 and 10: the latter catches the way back to the page's own origin
    let leaves_origin = request.mode == Mode::Cors && !request.origin.is_same(&url.origin());
    if url.includes_credentials() && (leaves_origin || request.tainting == Tainting::Cors) {
        return Err(Reason::RedirectWithCredentials { location });
    }
    // Step 11 concerns streams. Step 12
    let becomes_get = match status.as_u16() {
        301 | 302 => request.method == Method::POST,
        303 => request.method != Method::GET && request.method != Method::HEAD,
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        request.body = None;
        request.headers.retain(|(name, _)| !is_request_body_header(name.as_str()));
    }
    // Step 13
    if !request.current_url.origin().is_same(&url.origin()) {
        request.headers.retain(|(name, _)| !is_non_wildcard(name.as_str()));
    }
    // Step 18
    let last = std::mem::replace(&mut request.current_url, url);
    request.earlier_urls.push(last);
    Ok(Next::Hop)
}

/// <https://fetch.spec.whatwg.org/#request-body-header-name>
fn is_request_body_header(name: &str) -> bool {
    matches!(name, "content-encoding" | "content-language" | "content-location" | "content-type")
}
