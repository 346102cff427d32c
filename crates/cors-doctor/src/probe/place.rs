//! What is wrong with a URL, or with the origin of a page, on the command line.

use tower_cors::Origin;
use tower_cors::origin::OriginErrorKind;

/// Why a page has no origin, with a suggestion, as `allow_origin` says it.
pub(crate) fn without_origin(page: &str) -> String {
    match page.parse::<Origin>() {
        // The advice of that error is for servers.
        Err(error) if *error.kind() == OriginErrorKind::OpaqueScheme => {
            format!("{page:?} is of a page that sends `Origin: null`; write \"null\"")
        }
        Err(error) => error.to_string(),
        Ok(_) => format!("{page:?} has no origin; write one such as \"https://app.example.com\""),
    }
}

/// What to say of a URL without a scheme: the scheme that its host and port suggest.
pub(super) fn without_scheme(url: &str) -> Option<String> {
    // `localhost:3000/to?url=https://a.example` has a `://`, and no scheme.
    let is_scheme = |text: &str| !text.is_empty() && !text.contains([':', '/', '?', '#']);
    if url.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return None;
    }
    let rest = url.trim_start_matches([':', '/']);
    if rest.is_empty() {
        return Some(format!(
            "{url:?} is not a URL; write one such as \"https://api.example.com/items\""
        ));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let likely = host.parse::<Origin>().err();
    let scheme = match likely.as_ref().and_then(|error| error.suggestion()) {
        Some(origin) if origin.starts_with("http:") => "http",
        _ => "https",
    };
    let fixed = format!("{scheme}://{rest}");
    Some(format!("{url:?} has no scheme; write {fixed:?}"))
}

/// What to say of a URL in place of a host.
pub(crate) fn not_a_host(text: &str) -> Option<String> {
    let others = ['/', '?', '#', '\\', '@'];
    if !text.contains(others) {
        return None;
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(&others[..4]).next().unwrap_or_default();
    let host =
        authority.rsplit('@').next().filter(|host| !host.is_empty()).unwrap_or("api.example");
    Some(format!("--host: {text:?} is not a host; write {host:?}"))
}
