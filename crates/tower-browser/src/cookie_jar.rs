//! A small [cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html) jar.

use std::time::Duration;

use http::HeaderMap;

use super::request::Request;
use super::site::Sites;
use super::url::Url;

#[derive(Debug, Default)]
pub(super) struct CookieJar {
    cookies: Vec<Cookie>,
}

#[derive(Debug, Clone)]
struct Cookie {
    name: String,
    value: String,
    host: String,
    host_only: bool,
    path: String,
    secure: bool,
    same_site: SameSite,
    expires: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SameSite {
    Unset,
    None,
    Lax,
    Strict,
}

impl CookieJar {
    /// Takes one `Set-Cookie` line that came from `url`; `false` if a browser would not.
    pub(super) fn store(
        &mut self,
        line: &str,
        url: &Url,
        sites: &Sites,
        same_site_request: bool,
        now: Duration,
    ) -> bool {
        let Some(cookie) = Cookie::parse(line, url, sites, now) else {
            return false;
        };
        // https://fetch.spec.whatwg.org/#set-cookie-header: sameSiteStrictOrLaxAllowed
        if matches!(cookie.same_site, SameSite::Lax | SameSite::Strict) && !same_site_request {
            return false;
        }
        self.cookies.retain(|old| {
            (&old.name, &old.host, &old.path) != (&cookie.name, &cookie.host, &cookie.path)
        });
        if cookie.expires.is_none_or(|expires| expires > now) {
            self.cookies.push(cookie);
        }
        true
    }

    /// <https://fetch.spec.whatwg.org/#set-cookie-header>
    pub(super) fn store_all(
        &mut self,
        headers: &HeaderMap,
        request: &Request,
        sites: &Sites,
        now: Duration,
    ) {
        for line in headers.get_all("set-cookie") {
            let line = String::from_utf8_lossy(line.as_bytes());
            let allowed = request.is_same_site(sites) || request.initiator.navigates();
            self.store(&line, &request.current_url, sites, allowed, now);
        }
    }

    /// The value of `Cookie`: <https://fetch.spec.whatwg.org/#cookie-header>. To another site go
    /// the cookies that say `SameSite=None` or nothing ("unset-or-less"); with a navigation by `GET`,
    /// those that say `Lax`, too.
    pub(super) fn header_for(
        &self,
        request: &Request,
        sites: &Sites,
        now: Duration,
    ) -> Option<String> {
        let same_site = request.is_same_site(sites);
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .filter(|cookie| cookie.expires.is_none_or(|expires| expires > now))
            .filter(|cookie| match cookie.same_site {
                SameSite::Unset | SameSite::None => true,
                SameSite::Lax => same_site || request.is_safe_navigation(),
                SameSite::Strict => same_site,
            })
            .filter(|cookie| cookie.goes_to(&request.current_url))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

impl Cookie {
    fn parse(line: &str, url: &Url, sites: &Sites, now: Duration) -> Option<Self> {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim_end(), value.trim_start());
        let printable = |text: &str| text.bytes().all(|byte| matches!(byte, 0x20..=0x7E));
        if name.is_empty() || !printable(name) || !printable(value) {
            return None;
        }
        let default_path = match url.path().rsplit_once('/') {
            Some((directory, _)) if !directory.is_empty() => directory,
            _ => "/",
        };
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            host: url.host().to_owned(),
            host_only: true,
            path: default_path.to_owned(),
            secure: false,
            same_site: SameSite::Unset,
            expires: None,
        };
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "secure" => cookie.secure = true,
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                "domain" if !value.is_empty() => cookie.set_domain(value, sites)?,
                "max-age" => {
                    if let Ok(seconds) = value.parse::<i64>() {
                        let seconds = u64::try_from(seconds).unwrap_or_default();
                        cookie.expires = Some(now.saturating_add(Duration::from_secs(seconds)));
                    }
                }
                "samesite" => {
                    cookie.same_site = match value.to_ascii_lowercase().as_str() {
                        "none" => SameSite::None,
                        "lax" => SameSite::Lax,
                        "strict" => SameSite::Strict,
                        _ => SameSite::Unset,
                    }
                }
                _ => {}
            }
        }
        // `Secure` comes from secure URLs only, and `SameSite=None` needs it.
        let insecure = cookie.secure && !url.is_potentially_trustworthy();
        let unsafe_none = cookie.same_site == SameSite::None && !cookie.secure;
        (!insecure && !unsafe_none).then_some(cookie)
    }

    /// A domain the host belongs to, and no public suffix.
    fn set_domain(&mut self, domain: &str, sites: &Sites) -> Option<()> {
        let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
        if domain == self.host {
            self.host_only = sites.is_public_suffix(&domain);
            return Some(());
        }
        if !is_subdomain(&self.host, &domain) || sites.is_public_suffix(&domain) {
            return None;
        }
        self.host = domain;
        self.host_only = false;
        Some(())
    }

    fn goes_to(&self, url: &Url) -> bool {
        let host = url.host();
        let path = url.path();
        let host_matches = host == self.host || (!self.host_only && is_subdomain(host, &self.host));
        let path_matches = path.strip_prefix(self.path.as_str()).is_some_and(|rest| {
            rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/')
        });
        host_matches && path_matches && (!self.secure || url.is_potentially_trustworthy())
    }
}

fn is_subdomain(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}
