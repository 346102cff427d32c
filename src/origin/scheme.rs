//! What the name of a scheme says about it.

/// A scheme whose hosts are domains, IPv4 or IPv6 addresses ([special
/// schemes](https://url.spec.whatwg.org/#special-scheme), without those that no page has). The
/// hosts of all other schemes are opaque.
pub(super) const fn has_domains(scheme: &[u8]) -> bool {
    matches!(scheme, b"https" | b"http" | b"ftp")
}

/// The port that the serialization of an origin leaves out.
pub(super) const fn default_port(scheme: &[u8]) -> Option<u16> {
    match scheme {
        b"https" => Some(443),
        b"http" => Some(80),
        b"ftp" => Some(21),
        _ => None,
    }
}

/// Whether pages under this scheme send `Origin: null`. (Some web views send `file://`.)
pub(super) const fn is_opaque(scheme: &[u8]) -> bool {
    matches!(scheme, b"file" | b"data" | b"about" | b"blob" | b"javascript")
}

/// The schemes of browser extensions.
pub(super) const EXTENSIONS: [&str; 3] =
    ["chrome-extension", "moz-extension", "safari-web-extension"];

/// Whether the host is the id of a browser extension, so that no port follows it.
pub(super) const fn is_extension(scheme: &[u8]) -> bool {
    matches!(scheme, b"chrome-extension" | b"moz-extension" | b"safari-web-extension")
}

/// Whether the ids of these extensions are in lower case. Safari's are in upper case.
pub(super) const fn has_lower_case_ids(scheme: &[u8]) -> bool {
    matches!(scheme, b"chrome-extension" | b"moz-extension")
}

/// The schemes of apps.
pub(super) const APPS: [&str; 3] = ["capacitor", "ionic", "tauri"];

pub(super) const fn is_web_socket(scheme: &[u8]) -> bool {
    matches!(scheme, b"ws" | b"wss")
}

/// Whether this is `http`, `https` or the scheme of an extension with one typing error: `htps`,
/// `htttp`, `httsp`, `chrome-extention`.
pub(super) const fn is_misspelled(scheme: &[u8]) -> bool {
    !has_domains(scheme)
        && (is_one_edit_from(scheme, b"http")
            || is_one_edit_from(scheme, b"https")
            || !is_extension(scheme) && misspelled_extension(scheme).is_some())
}

/// The scheme of an extension that is one typing error away.
const fn misspelled_extension(scheme: &[u8]) -> Option<&'static str> {
    let mut i = 0;
    while i < EXTENSIONS.len() {
        if is_one_edit_from(scheme, EXTENSIONS[i].as_bytes()) {
            return Some(EXTENSIONS[i]);
        }
        i += 1;
    }
    None
}

/// Which scheme a misspelled one is meant as. `None` for `httpx`, which may be `http` or `https`.
pub(super) fn correct(scheme: &[u8]) -> Option<&'static str> {
    if let Some(extension) = misspelled_extension(scheme) {
        return Some(extension);
    }
    if scheme.contains(&b's') {
        return Some("https");
    }
    (!is_one_edit_from(scheme, b"https")).then_some("http")
}

#[cfg(feature = "regex")]
pub(crate) fn is_misspelled_scheme(scheme: &str) -> bool {
    is_misspelled(scheme.as_bytes())
}

#[cfg(feature = "regex")]
pub(crate) fn corrected_scheme(scheme: &str) -> Option<&'static str> {
    correct(scheme.as_bytes())
}

/// Whether one character inserted, left out, replaced, or two swapped, make one of the other.
const fn is_one_edit_from(a: &[u8], b: &[u8]) -> bool {
    let mut start = 0;
    while start < a.len() && start < b.len() && a[start] == b[start] {
        start += 1;
    }
    let (mut a_end, mut b_end) = (a.len(), b.len());
    while a_end > start && b_end > start && a[a_end - 1] == b[b_end - 1] {
        a_end -= 1;
        b_end -= 1;
    }
    match (a_end - start, b_end - start) {
        (0 | 1, 1) | (1, 0) => true,
        (2, 2) => a[start] == b[start + 1] && a[start + 1] == b[start],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{correct, is_misspelled};

    #[test]
    fn misspelled_schemes() {
        for (scheme, misspelled, corrected) in [
            ("http", false, None),
            ("https", false, None),
            ("ftp", false, None),
            ("htps", true, Some("https")),
            ("htp", true, Some("http")),
            ("ttp", true, Some("http")),
            ("ttps", true, Some("https")),
            ("htttp", true, Some("http")),
            ("httsp", true, Some("https")),
            ("hhttps", true, Some("https")),
            ("shttp", true, Some("https")),
            ("hptts", false, None),
            ("htpts", true, Some("https")),
            ("thtps", true, Some("https")),
            ("httsx", false, None),
            ("chrome-extention", true, Some("chrome-extension")),
            ("chrome_extension", true, Some("chrome-extension")),
            ("moz-extensions", true, Some("moz-extension")),
            ("safari-webextension", true, Some("safari-web-extension")),
            ("chrome-extension", false, None),
            ("moz-extension", false, None),
            ("safari-extension", false, None),
            ("httpx", true, None),
            ("httpd", true, None),
            ("xhttps", true, Some("https")),
            ("tauri", false, None),
            ("hxxp", false, None),
            ("h", false, None),
            ("", false, None),
        ] {
            assert_eq!(is_misspelled(scheme.as_bytes()), misspelled, "{scheme}");
            if misspelled {
                assert_eq!(correct(scheme.as_bytes()), corrected, "{scheme}");
            }
            #[cfg(feature = "regex")]
            {
                assert_eq!(super::is_misspelled_scheme(scheme), misspelled, "{scheme}");
                assert_eq!(super::corrected_scheme(scheme), correct(scheme.as_bytes()), "{scheme}");
            }
        }
    }
}
