//! Origins, origin patterns, sets of them, and regular expressions over them.

use http::{HeaderValue, Request};
use proptest::prelude::*;
use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};
use tower_cors::{
    AllowOrigin, Origin, OriginPattern, Policy,
    origin::{OriginErrorKind as Kind, OriginSet},
    policy::PolicyErrorKind,
};

/// What a wrong text must yield: its kind, and its suggestion.
type Wrong = (Kind, Option<&'static str>);

/// Valid as an origin, and so as a pattern too.
const ORIGINS: &[(&str, &str)] = &[
    ("https", "https://example.com"),
    ("http", "http://example.com"),
    ("a subdomain", "https://a.b.c.example.com"),
    ("one label", "https://intranet"),
    ("one letter", "http://a"),
    ("localhost", "http://localhost"),
    ("a port", "http://localhost:3000"),
    ("the lowest port", "http://localhost:1"),
    ("the highest port", "http://localhost:65535"),
    ("the other scheme's default port", "https://example.com:80"),
    ("the other scheme's default port", "http://example.com:443"),
    ("hyphens and underscores anywhere", "https://-a_-b-.--_.example"),
    ("digits anywhere but as the last label", "https://1.2.3.4.example"),
    ("a number with a letter", "https://1a"),
    ("a last label that only begins like a number", "https://a.0xg"),
    ("Punycode", "https://xn--bcher-kva.example"),
    ("Punycode of a low character", "https://xn--ll-0ea.example"),
    ("IPv4", "http://127.0.0.1"),
    ("IPv4 with a port", "http://0.0.0.0:8080"),
    ("the highest IPv4", "http://255.255.255.255"),
    ("IPv6", "http://[::1]"),
    ("IPv6 with a port", "http://[::1]:3000"),
    ("IPv6 unspecified", "http://[::]"),
    ("IPv6 in full", "http://[2001:db8:1:2:3:4:5:6]"),
    ("IPv6, one zero is not compressed", "http://[2001:db8:0:1:1:1:1:1]"),
    ("IPv6, the longest run is compressed", "http://[2001:0:0:1::1]"),
    ("IPv6, the first of equal runs", "http://[2001:db8::1:0:0:1]"),
    ("IPv6, zeros at the end", "http://[fe80::]"),
    ("IPv6, mapped", "http://[::ffff:102:304]"),
    ("Tauri", "tauri://localhost"),
    ("Capacitor", "capacitor://localhost"),
    ("Ionic", "ionic://localhost"),
    ("an extension of Chromium", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
    ("an extension of Firefox", "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc"),
    ("a scheme with every kind of character", "a1+-.://x"),
    ("ftp", "ftp://example.com"),
    ("Safari writes the ids of extensions in upper case", "safari-web-extension://E93A1AC8-8A37"),
    ("Electron", "app://."),
    ("an app, no host", "app://"),
    ("Capacitor on Android", "capacitor://"),
    ("an app, dots anywhere", "app://.a..b."),
    ("an app, all that a URL's host can have", "app://A!\"$%&'()+-.09;=_`{}~z"),
    ("an app, a number", "app://0x7f.1"),
    ("an app, IPv6", "app://[::1]:1"),
    ("an app, a port", "app://localhost:80"),
    ("an app, no valid Punycode", "app://xn--f"),
    ("local files in some web views", "file://"),
    ("a scheme two edits from https", "hptts://a"),
];

/// Valid as an origin. As a pattern, an error that suggests the name without the dot.
const TRAILING_DOTS: &[(&str, &str)] = &[
    ("https://a.example.", "https://a.example"),
    ("http://example.com.:8000", "http://example.com:8000"),
    ("https://localhost.", "https://localhost"),
    ("https://xn--bcher-kva.", "https://xn--bcher-kva"),
];

/// Wrong as an origin and as a pattern, with the same kind and suggestion.
const WRONG: &[(&str, Wrong)] = &[
    ("", (Kind::Empty, None)),
    // White space.
    (" https://a.example", (Kind::WhiteSpace, Some("https://a.example"))),
    ("https://a.example ", (Kind::WhiteSpace, Some("https://a.example"))),
    ("\thttps://a.example", (Kind::WhiteSpace, Some("https://a.example"))),
    ("https://a.example\n", (Kind::WhiteSpace, Some("https://a.example"))),
    ("https://a.example\r\n", (Kind::WhiteSpace, Some("https://a.example"))),
    ("https://a .example", (Kind::WhiteSpace, None)),
    (" ", (Kind::WhiteSpace, None)),
    // Characters.
    ("https://a.example\0", (Kind::InvalidCharacter, None)),
    ("https://a.example\u{7f}", (Kind::InvalidCharacter, None)),
    ("https://a$.example", (Kind::InvalidCharacter, None)),
    ("https://a%41.example", (Kind::InvalidCharacter, None)),
    ("https://\"a\".example", (Kind::InvalidCharacter, None)),
    ("app://a<b", (Kind::InvalidCharacter, None)),
    ("app://a,b", (Kind::Comma, None)),
    ("app://a\u{7f}", (Kind::InvalidCharacter, None)),
    // Several origins, or what is around them in other syntaxes.
    ("https://a.example;", (Kind::Semicolon, Some("https://a.example"))),
    ("https://a.example;https://b.example", (Kind::Semicolon, None)),
    ("https://a.example,", (Kind::Comma, Some("https://a.example"))),
    ("https://a.example,https://b.example", (Kind::Comma, None)),
    ("https://a.example https://b.example", (Kind::WhiteSpace, None)),
    ("https://a.example\nhttps://b.example", (Kind::WhiteSpace, None)),
    ("\"https://a.example\"", (Kind::Quotes, Some("https://a.example"))),
    ("'https://a.example'", (Kind::Quotes, Some("https://a.example"))),
    ("https://a.example\"", (Kind::Quotes, Some("https://a.example"))),
    ("'a.example'", (Kind::Quotes, Some("https://a.example"))),
    ("[\"https://a.example\"]", (Kind::Quotes, Some("https://a.example"))),
    ("[\"http://[::1]\"]", (Kind::Quotes, Some("http://[::1]"))),
    ("[\"https://a.example\",\"https://b.example\"]", (Kind::Quotes, None)),
    ("\"", (Kind::Quotes, None)),
    // Regular expressions.
    ("https?://example.com", (Kind::RegularExpression, None)),
    ("http?://google.com", (Kind::RegularExpression, None)),
    (r"https://.*\.example\.com", (Kind::RegularExpression, None)),
    ("https://[a-z]+.example.com", (Kind::RegularExpression, None)),
    (r"^https://a\.example$", (Kind::RegularExpression, None)),
    ("^https://a.example", (Kind::RegularExpression, None)),
    ("https://a.example$", (Kind::RegularExpression, None)),
    (r".*\.example\.com", (Kind::RegularExpression, None)),
    ("https://(a|b).example", (Kind::RegularExpression, None)),
    ("https://a.example/(x|y)", (Kind::Path, Some("https://a.example"))),
    // The scheme.
    ("a.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("//a.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("a.example:8443", (Kind::MissingScheme, Some("https://a.example:8443"))),
    ("a.example/path", (Kind::MissingScheme, Some("https://a.example"))),
    ("https:a.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("https:/a.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("http:a.example", (Kind::MissingScheme, Some("http://a.example"))),
    ("localhost", (Kind::MissingScheme, Some("http://localhost"))),
    ("localhost:3000", (Kind::MissingScheme, Some("http://localhost:3000"))),
    ("127.0.0.1:8080", (Kind::MissingScheme, Some("http://127.0.0.1:8080"))),
    ("[::1]:3000", (Kind::MissingScheme, Some("http://[::1]:3000"))),
    ("a.example/?to=https://b.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("self", (Kind::MissingScheme, None)),
    ("'self'", (Kind::Quotes, None)),
    ("api:3000", (Kind::MissingScheme, None)),
    ("192.168.1.7:3000", (Kind::MissingScheme, None)),
    ("[2001:db8::1]:3000", (Kind::MissingScheme, None)),
    ("user@a.example", (Kind::MissingScheme, None)),
    ("a.example:80", (Kind::MissingScheme, Some("http://a.example"))),
    ("a.example:443", (Kind::MissingScheme, Some("https://a.example"))),
    ("https//a.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("none", (Kind::MissingScheme, None)),
    ("all", (Kind::MissingScheme, None)),
    ("true", (Kind::MissingScheme, None)),
    ("Null", (Kind::MissingScheme, None)),
    ("https", (Kind::MissingScheme, None)),
    ("://a.example", (Kind::MissingScheme, None)),
    ("1http://a.example", (Kind::InvalidScheme, Some("http://a.example"))),
    ("ht_tp://a.example", (Kind::InvalidScheme, Some("http://a.example"))),
    ("my_app://a", (Kind::InvalidScheme, None)),
    ("htps://app.example.com", (Kind::MisspelledScheme, Some("https://app.example.com"))),
    ("htp://localhost:3000", (Kind::MisspelledScheme, Some("http://localhost:3000"))),
    ("httsp://a.example/", (Kind::MisspelledScheme, Some("https://a.example"))),
    ("httpx://a.example", (Kind::MisspelledScheme, None)),
    ("https://https://a.example.com", (Kind::SchemeTwice, Some("https://a.example.com"))),
    ("http://http://a.example.com/", (Kind::SchemeTwice, Some("http://a.example.com"))),
    ("http://https://a.example.com", (Kind::SchemeTwice, None)),
    ("https://http://a.example.com", (Kind::SchemeTwice, None)),
    ("file:///home/index.html", (Kind::OpaqueScheme, None)),
    ("file://host", (Kind::OpaqueScheme, None)),
    ("data://a", (Kind::OpaqueScheme, None)),
    ("ws://a.example", (Kind::WebSocketScheme, Some("http://a.example"))),
    ("wss://a.example", (Kind::WebSocketScheme, Some("https://a.example"))),
    ("wss://a.example:443", (Kind::WebSocketScheme, Some("https://a.example"))),
    // Case.
    ("HTTPS://a.example", (Kind::UpperCase, Some("https://a.example"))),
    ("https://A.example", (Kind::UpperCase, Some("https://a.example"))),
    ("https://a.EXAMPLE:8443", (Kind::UpperCase, Some("https://a.example:8443"))),
    ("http://[FE80::1]", (Kind::UpperCase, Some("http://[fe80::1]"))),
    ("App://A.b", (Kind::UpperCase, Some("app://A.b"))),
    // What follows the authority.
    ("https://a.example/", (Kind::TrailingSlash, Some("https://a.example"))),
    ("https://a.example:8443/", (Kind::TrailingSlash, Some("https://a.example:8443"))),
    ("https://a.example/path", (Kind::Path, Some("https://a.example"))),
    ("https://a.example//", (Kind::Path, Some("https://a.example"))),
    ("https://a.example\\", (Kind::Path, Some("https://a.example"))),
    ("https://a.example?", (Kind::Query, Some("https://a.example"))),
    ("https://a.example?q=1", (Kind::Query, Some("https://a.example"))),
    ("https://a.example#", (Kind::Fragment, Some("https://a.example"))),
    ("https://a.example#top", (Kind::Fragment, Some("https://a.example"))),
    ("https://a.example?q=1,2", (Kind::Query, Some("https://a.example"))),
    ("https://a.example#a;b", (Kind::Fragment, Some("https://a.example"))),
    ("chrome-extension://Abc/", (Kind::TrailingSlash, Some("chrome-extension://abc"))),
    ("tauri://Abc/", (Kind::TrailingSlash, Some("tauri://Abc"))),
    ("app:///index.html", (Kind::Path, Some("app://"))),
    // The user.
    ("https://user@a.example", (Kind::UserInfo, Some("https://a.example"))),
    ("https://user:password@a.example:8443", (Kind::UserInfo, Some("https://a.example:8443"))),
    ("https://@a.example", (Kind::UserInfo, Some("https://a.example"))),
    ("https://a.example@b.example", (Kind::UserInfo, None)),
    // The host.
    ("https://", (Kind::EmptyHost, None)),
    ("https://:8080", (Kind::EmptyHost, None)),
    ("app://:8080", (Kind::EmptyHost, None)),
    ("https://a..example", (Kind::EmptyLabel, None)),
    ("https://.", (Kind::EmptyLabel, None)),
    ("https://a.example..", (Kind::EmptyLabel, Some("https://a.example"))),
    ("https://bücher.example", (Kind::UnicodeHost, Some("https://xn--bcher-kva.example"))),
    ("https://BÜCHER.example", (Kind::UnicodeHost, Some("https://xn--bcher-kva.example"))),
    ("https://例え.jp:8443", (Kind::UnicodeHost, Some("https://xn--r8jz45g.jp:8443"))),
    ("https://☃.example", (Kind::UnicodeHost, None)),
    ("app://é", (Kind::UnicodeHost, None)),
    ("http://xn--f", (Kind::InvalidPunycode, None)),
    ("https://xn--0.example", (Kind::InvalidPunycode, None)),
    ("https://a.xn--.example", (Kind::InvalidPunycode, None)),
    ("https://xn--abc-.example", (Kind::InvalidPunycode, None)),
    ("https://a.xn--0", (Kind::InvalidPunycode, None)),
    // IPv4.
    ("http://0x7f.1", (Kind::NonCanonicalIpv4, Some("http://127.0.0.1"))),
    ("http://127.1", (Kind::NonCanonicalIpv4, Some("http://127.0.0.1"))),
    ("http://2130706433", (Kind::NonCanonicalIpv4, Some("http://127.0.0.1"))),
    ("http://0177.0.0.1:3000", (Kind::NonCanonicalIpv4, Some("http://127.0.0.1:3000"))),
    ("http://127.0.0.01", (Kind::NonCanonicalIpv4, Some("http://127.0.0.1"))),
    ("http://192.168.1", (Kind::NonCanonicalIpv4, None)),
    ("http://192.168.001.001", (Kind::NonCanonicalIpv4, Some("http://192.168.1.1"))),
    ("http://192.168.010.001", (Kind::NonCanonicalIpv4, None)),
    ("http://255.0.0.01", (Kind::NonCanonicalIpv4, Some("http://255.0.0.1"))),
    ("http://127.256.1", (Kind::NonCanonicalIpv4, None)),
    ("http://256.0.0.1", (Kind::NonCanonicalIpv4, None)),
    ("http://4294967297.0.0.1", (Kind::NonCanonicalIpv4, None)),
    ("http://1.2.3.4.5", (Kind::NonCanonicalIpv4, None)),
    ("http://a.1", (Kind::NonCanonicalIpv4, None)),
    ("http://a.0x", (Kind::NonCanonicalIpv4, None)),
    ("http://4294967296", (Kind::NonCanonicalIpv4, None)),
    ("http://127.0.0.1.", (Kind::TrailingDot, Some("http://127.0.0.1"))),
    // IPv6.
    ("http://[0:0:0:0:0:0:0:1]", (Kind::NonCanonicalIpv6, Some("http://[::1]"))),
    ("http://[::0001]:3000", (Kind::NonCanonicalIpv6, Some("http://[::1]:3000"))),
    ("http://[::ffff:1.2.3.4]", (Kind::NonCanonicalIpv6, Some("http://[::ffff:102:304]"))),
    (
        "http://[2001:db8::1:1:1:1:1]",
        (Kind::NonCanonicalIpv6, Some("http://[2001:db8:0:1:1:1:1:1]")),
    ),
    ("http://[1:2:3:4:5:6:0:0]", (Kind::NonCanonicalIpv6, Some("http://[1:2:3:4:5:6::]"))),
    ("http://[2001::1:0:0:0:1]", (Kind::NonCanonicalIpv6, Some("http://[2001:0:0:1::1]"))),
    ("http://[2001:db8:0:0:1::1]", (Kind::NonCanonicalIpv6, Some("http://[2001:db8::1:0:0:1]"))),
    ("http://[::1", (Kind::InvalidIpv6, None)),
    ("http://[]", (Kind::InvalidIpv6, None)),
    ("http://[::1]x", (Kind::InvalidIpv6, None)),
    ("http://[::g]", (Kind::InvalidIpv6, None)),
    ("http://[:::]", (Kind::InvalidIpv6, None)),
    ("http://[1:2:3]", (Kind::InvalidIpv6, None)),
    ("http://[:]", (Kind::InvalidIpv6, None)),
    ("http://[:11]", (Kind::InvalidIpv6, None)),
    ("http://[::1:]", (Kind::InvalidIpv6, None)),
    ("http://[1:2:3:4:5:6:7:8:]", (Kind::InvalidIpv6, None)),
    ("http://[1:2:3:4:5:6:7g8]", (Kind::InvalidIpv6, None)),
    ("http://[::.1]", (Kind::InvalidIpv6, None)),
    ("http://[1:2:3:4:5:6:7:8:9]", (Kind::InvalidIpv6, None)),
    ("http://[::1:2:3:4:5:6:7:8]", (Kind::InvalidIpv6, None)),
    ("http://[1:2:3:4:5:6:7:8::]", (Kind::InvalidIpv6, None)),
    ("http://[1::2::3]", (Kind::InvalidIpv6, None)),
    ("http://[12345::]", (Kind::InvalidIpv6, None)),
    ("http://[fe80::1%25eth0]", (Kind::InvalidIpv6, None)),
    ("http://::1", (Kind::Ipv6WithoutBrackets, Some("http://[::1]"))),
    ("http://::1:3000", (Kind::Ipv6WithoutBrackets, Some("http://[::1]:3000"))),
    ("http://::3000", (Kind::Ipv6WithoutBrackets, None)),
    ("http://::10", (Kind::Ipv6WithoutBrackets, Some("http://[::10]"))),
    ("http://::80", (Kind::Ipv6WithoutBrackets, None)),
    ("http://1::2:3", (Kind::Ipv6WithoutBrackets, Some("http://[1::2:3]"))),
    ("http://2001:db8::1", (Kind::Ipv6WithoutBrackets, Some("http://[2001:db8::1]"))),
    ("http://2001:db8::1:3000", (Kind::Ipv6WithoutBrackets, None)),
    (
        "http://1:2:3:4:5:6:7:8:3000",
        (Kind::Ipv6WithoutBrackets, Some("http://[1:2:3:4:5:6:7:8]:3000")),
    ),
    ("http://a.example:80:80", (Kind::Ipv6WithoutBrackets, None)),
    ("::1", (Kind::MissingScheme, Some("http://[::1]"))),
    ("::1:3000", (Kind::MissingScheme, Some("http://[::1]:3000"))),
    ("2001:db8::1", (Kind::MissingScheme, None)),
    // What should be `://`.
    ("https.//a.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("http;//localhost:3000", (Kind::Semicolon, Some("http://localhost:3000"))),
    ("HTTPS:\\\\a.example", (Kind::MissingScheme, Some("https://a.example"))),
    ("https:///a.example", (Kind::Path, Some("https://a.example"))),
    ("https:/a.example:8443/x", (Kind::MissingScheme, Some("https://a.example:8443"))),
    ("https.a.example//x", (Kind::MissingScheme, Some("https://https.a.example"))),
    ("http/a.example", (Kind::MissingScheme, None)),
    ("https:8443", (Kind::MissingScheme, None)),
    ("http://https:///a.example", (Kind::SchemeTwice, None)),
    // Addresses that are no page's own.
    ("blob:https://a.example/0-1-2", (Kind::InvalidScheme, Some("https://a.example"))),
    ("filesystem:http://a.example:81/x", (Kind::InvalidScheme, Some("http://a.example:81"))),
    ("about:blank", (Kind::OpaqueScheme, None)),
    ("about:srcdoc", (Kind::OpaqueScheme, None)),
    ("data:text/html,x", (Kind::OpaqueScheme, None)),
    ("data:", (Kind::OpaqueScheme, None)),
    ("javascript:void", (Kind::OpaqueScheme, None)),
    ("file:/home/x.html", (Kind::OpaqueScheme, None)),
    ("blob:null/0-1-2", (Kind::MissingScheme, None)),
    // The port.
    ("https://a.example:", (Kind::EmptyPort, Some("https://a.example"))),
    ("https://a.example:0", (Kind::InvalidPort, None)),
    ("https://a.example:65536", (Kind::InvalidPort, None)),
    ("https://a.example:99999999999999999999", (Kind::InvalidPort, None)),
    ("https://a.example:abc", (Kind::InvalidPort, None)),
    ("https://a.example:+80", (Kind::InvalidPort, None)),
    ("https://a.example:80a", (Kind::InvalidPort, None)),
    ("https://a.example:-1", (Kind::InvalidPort, None)),
    ("https://a.example:08443", (Kind::InvalidPort, Some("https://a.example:8443"))),
    ("https://a.example:0443", (Kind::InvalidPort, Some("https://a.example"))),
    ("https://a.example:443", (Kind::DefaultPort, Some("https://a.example"))),
    ("http://a.example:80", (Kind::DefaultPort, Some("http://a.example"))),
    ("ftp://a.example:21", (Kind::DefaultPort, Some("ftp://a.example"))),
    ("http://[::1]:80", (Kind::DefaultPort, Some("http://[::1]"))),
    // Several at once: one suggestion for all.
    ("  HTTPS://User@A.Example.:443/path?q#f ", (Kind::WhiteSpace, Some("https://a.example"))),
    // A star that no kind of text may have.
    ("*", (Kind::StarAlone, None)),
    ("**", (Kind::MissingScheme, None)),
    ("h*", (Kind::MissingScheme, None)),
    ("*://*", (Kind::StarInScheme, None)),
    ("http*://a.example", (Kind::StarInScheme, None)),
];

/// Wrong as a pattern, for its stars.
const WRONG_PATTERNS: &[(&str, Wrong)] = &[
    ("null", (Kind::Null, None)),
    ("*://a.example", (Kind::StarInScheme, Some("https://a.example"))),
    ("https://*", (Kind::StarTooBroad, None)),
    ("https://*:8443", (Kind::StarTooBroad, None)),
    ("https://*.com/", (Kind::TrailingSlash, None)),
    ("https://*com", (Kind::StarTooBroad, None)),
    ("*.com", (Kind::MissingScheme, None)),
    ("https://*-example.com", (Kind::StarTooBroad, None)),
    ("file://*", (Kind::OpaqueScheme, None)),
    ("https://a*", (Kind::StarTooBroad, None)),
    ("https://*example.com", (Kind::StarTooBroad, Some("https://*.example.com"))),
    ("https://*example.com:8443", (Kind::StarTooBroad, Some("https://*.example.com:8443"))),
    ("https://*localhost", (Kind::StarTooBroad, Some("https://*.localhost"))),
    ("https://app-*.com", (Kind::StarTooBroad, None)),
    ("https://*.*", (Kind::StarTwice, None)),
    ("https://**", (Kind::StarTwice, None)),
    ("https://*.*.example.com", (Kind::StarTwice, Some("https://*.example.com"))),
    ("https://*-*.example.com", (Kind::StarTwice, None)),
    ("https://**.example.com", (Kind::StarTwice, Some("https://*.example.com"))),
    ("https://a.*.example.com", (Kind::StarNotLeftmost, None)),
    ("https://a.b*.example.com", (Kind::StarNotLeftmost, None)),
    ("https://example.*", (Kind::StarNotLeftmost, None)),
    ("https://www.example.*", (Kind::StarNotLeftmost, None)),
    ("http://*.0.0.1", (Kind::StarInIpAddress, None)),
    ("http://1*.0.0.1", (Kind::StarInIpAddress, None)),
    ("http://192.168.1.*", (Kind::StarInIpAddress, None)),
    ("http://192.168.*.*", (Kind::StarInIpAddress, None)),
    ("http://192.168.1.1*:3000", (Kind::StarInIpAddress, None)),
    ("http://[::*]", (Kind::StarInIpAddress, None)),
    ("https://a.example:8*", (Kind::StarInPort, None)),
    ("https://a.example:**", (Kind::StarInPort, None)),
    ("*.example.com", (Kind::MissingScheme, Some("https://*.example.com"))),
    ("*.localhost:*", (Kind::MissingScheme, Some("http://*.localhost:*"))),
    ("a.*.example.com", (Kind::MissingScheme, None)),
    ("*.*.x", (Kind::MissingScheme, None)),
    (".example.com", (Kind::MissingScheme, Some("https://*.example.com"))),
    ("https://.example.com", (Kind::EmptyLabel, Some("https://*.example.com"))),
    ("https://*.example.com/", (Kind::TrailingSlash, Some("https://*.example.com"))),
    ("https://*-pr.example.com/", (Kind::TrailingSlash, Some("https://*-pr.example.com"))),
    ("https://*.Example.com", (Kind::UpperCase, Some("https://*.example.com"))),
    ("https://*.example.com:443", (Kind::DefaultPort, Some("https://*.example.com"))),
    ("https://*.example.com.", (Kind::TrailingDot, Some("https://*.example.com"))),
    ("https://*.example.com.:*", (Kind::TrailingDot, Some("https://*.example.com:*"))),
    ("app://*.example.com.", (Kind::StarInOpaqueHost, None)),
    ("http://*.xn--0.example", (Kind::InvalidPunycode, None)),
    ("https://*.bücher.example", (Kind::UnicodeHost, Some("https://*.xn--bcher-kva.example"))),
];

/// Valid as patterns; as origins, an error that says so.
const PATTERNS: &[&str] = &[
    "https://*.example.com",
    "https://*.a.b.example.com",
    "https://app-*.example.com",
    "https://*-pr.example.com",
    "https://app-git-*-team.example.dev",
    "https://*x.example.co.uk",
    "http://localhost:*",
    "http://127.0.0.1:*",
    "http://[::1]:*",
    "https://example.com:*",
    "https://*.example.com:*",
    "https://*.example.com:8443",
    "http://*.localhost",
    "http://*.localhost:*",
    "http://app-*.localhost:3000",
    "tauri://*.example.com",
    "tauri://*.com",
    "moz-extension://*",
    "app://*:*",
    "https://*.com",
    "https://*.com:*",
    "https://*.internal",
    "http://*.test:*",
    "https://app-*.internal",
];

#[track_caller]
fn check_wrong(text: &str, expected: Wrong, error: &tower_cors::origin::OriginError) {
    assert_eq!((*error.kind(), error.suggestion()), expected, "{text:?}");
    assert_eq!(error.input(), text);
    let line = error.to_string();
    assert!(line.contains(&format!("\" {}; ", error.kind().reason())), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    match error.suggestion() {
        Some(suggestion) => assert!(line.ends_with(&format!("; write \"{suggestion}\"")), "{line}"),
        None => assert!(line.contains("; "), "no advice: {line}"),
    }
}

#[test]
fn origins_parse() {
    for (about, text) in ORIGINS {
        let origin =
            text.parse::<Origin>().unwrap_or_else(|error| panic!("{about}: {text}: {error}"));
        assert_eq!(origin.to_string(), *text, "{about}");
        let pattern = text.parse::<OriginPattern>().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(pattern.to_string(), *text, "{about}");
        assert!(pattern.is_exact(), "{about}");
        assert!(pattern.matches(&origin), "{about}");
    }
}

#[test]
fn trailing_dots_are_for_requests() {
    for &(text, without) in TRAILING_DOTS {
        let origin = text.parse::<Origin>().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(origin.to_string(), text);
        let wrong = (Kind::TrailingDot, Some(without));
        check_wrong(text, wrong, &text.parse::<OriginPattern>().expect_err(text));
        check_wrong(text, wrong, &OriginPattern::try_from(origin).expect_err(text));
    }
}

#[test]
fn wrong_origins_say_why() {
    for &(text, expected) in WRONG {
        check_wrong(text, expected, &text.parse::<Origin>().expect_err(text));
    }
}

#[test]
fn wrong_patterns_say_why() {
    for &(text, expected) in WRONG.iter().chain(WRONG_PATTERNS) {
        check_wrong(text, expected, &text.parse::<OriginPattern>().expect_err(text));
    }
}

#[test]
fn patterns_parse_and_are_no_origins() {
    for text in PATTERNS {
        let pattern =
            text.parse::<OriginPattern>().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(pattern.to_string(), *text);
        assert!(!pattern.is_exact(), "{text}");
        check_wrong(text, (Kind::Pattern, None), &text.parse::<Origin>().expect_err(text));
    }
}

#[test]
fn lengths_are_limited() {
    let label = "a".repeat(63);
    let host = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(host.len(), 253);
    for (about, text, expected) in [
        ("a label of 63", format!("https://{label}.example"), None),
        ("a label of 64", format!("https://{label}a.example"), Some(Kind::LabelTooLong)),
        ("a last label of 64", format!("https://a.{label}a"), Some(Kind::LabelTooLong)),
        ("a host of 253", format!("https://{host}:8443"), None),
        ("a host of 254", format!("https://{host}a"), Some(Kind::HostTooLong)),
        ("a host of 253 that is no name", format!("app://{}", "a".repeat(253)), None),
        (
            "a host of 254 that is no name",
            format!("app://{}", "a".repeat(254)),
            Some(Kind::HostTooLong),
        ),
        ("a scheme of 64", format!("{}://a", "a".repeat(64)), None),
        ("a scheme of 65", format!("{}://a", "a".repeat(65)), Some(Kind::SchemeTooLong)),
    ] {
        let error = text.parse::<Origin>().err().map(|error| *error.kind());
        assert_eq!(error, expected, "{about}");
        let error = text.parse::<OriginPattern>().err().map(|error| *error.kind());
        assert_eq!(error, expected, "{about}");
    }
}

#[test]
fn error_texts() {
    for (text, expected) in [
        (
            "https://a.example/",
            r#""https://a.example/" has a trailing slash; write "https://a.example""#,
        ),
        ("a.example", r#""a.example" has no scheme; write "https://a.example""#),
        (
            "https://A.example",
            r#""https://A.example" has upper-case letters, which browsers never send; write "https://a.example""#,
        ),
        (
            "https://a.example:443",
            r#""https://a.example:443" has its scheme's default port, which browsers leave out; write "https://a.example""#,
        ),
        (
            "https://bücher.example",
            r#""https://bücher.example" has a Unicode host, which browsers send as Punycode; write "https://xn--bcher-kva.example""#,
        ),
        (
            "https://*example.com",
            r#""https://*example.com" has a star with fewer than two labels after it; write "https://*.example.com""#,
        ),
        (
            "https://*",
            r#""https://*" has a star with fewer than two labels after it; name the domain, as in "https://*.example.com""#,
        ),
        (
            "http://192.168.1.*",
            r#""http://192.168.1.*" has a star in an IP address; write an origin for each address"#,
        ),
        (
            "wss://a.example",
            r#""wss://a.example" has a WebSocket scheme, which pages do not have; write "https://a.example""#,
        ),
        (
            "file:///",
            r#""file:///" has a scheme whose pages send `Origin: null`; serve the page over http or https, or see dangerously_allow_null_origin"#,
        ),
        ("", r#""" is empty; write an origin such as "https://app.example.com""#),
        (
            "\u{1b}[31mhttps://a",
            "\"\\u{1b}[31mhttps://a\" has a character that is not valid in a host name; use letters, digits, hyphens and underscores",
        ),
    ] {
        assert_eq!(text.parse::<OriginPattern>().expect_err(text).to_string(), expected);
    }
}

#[test]
fn null_is_an_origin_and_matches_nothing() {
    let null = "null".parse::<Origin>().unwrap();
    assert!(null.is_null());
    assert_eq!(null, Origin::NULL);
    assert_eq!(null.to_string(), "null");
    assert_eq!(
        (null.scheme(), null.host(), null.port(), null.port_or_default()),
        ("", "", None, None)
    );
    assert!(!null.is_loopback());
    for pattern in PATTERNS {
        assert!(!pattern.parse::<OriginPattern>().unwrap().matches(&null));
    }
    assert!(OriginPattern::try_from(null).is_err());
}

#[test]
fn parts_of_origins() {
    for (text, scheme, host, port, or_default, loopback) in [
        ("https://a.example", "https", "a.example", None, Some(443), false),
        ("http://a.example", "http", "a.example", None, Some(80), false),
        ("https://a.example:8443", "https", "a.example", Some(8443), Some(8443), false),
        ("http://localhost:3000", "http", "localhost", Some(3000), Some(3000), true),
        ("http://a.localhost", "http", "a.localhost", None, Some(80), true),
        ("http://alocalhost", "http", "alocalhost", None, Some(80), false),
        ("http://localhost.example.com", "http", "localhost.example.com", None, Some(80), false),
        ("http://localhost.:1", "http", "localhost.", Some(1), Some(1), false),
        ("http://a.example.", "http", "a.example.", None, Some(80), false),
        ("app://.", "app", ".", None, None, false),
        ("app://", "app", "", None, None, false),
        ("file://", "file", "", None, None, false),
        ("http://127.0.0.1", "http", "127.0.0.1", None, Some(80), true),
        ("http://127.255.255.255", "http", "127.255.255.255", None, Some(80), true),
        ("http://128.0.0.1", "http", "128.0.0.1", None, Some(80), false),
        ("http://127.0.0.1.example", "http", "127.0.0.1.example", None, Some(80), false),
        ("http://[::1]:3000", "http", "[::1]", Some(3000), Some(3000), true),
        ("http://[::2]", "http", "[::2]", None, Some(80), false),
        ("tauri://localhost", "tauri", "localhost", None, None, true),
    ] {
        let origin = text.parse::<Origin>().unwrap();
        assert_eq!(
            (origin.scheme(), origin.host(), origin.port(), origin.port_or_default()),
            (scheme, host, port, or_default),
            "{text}"
        );
        assert_eq!(origin.is_loopback(), loopback, "{text}");
        assert_eq!(origin.as_str(), text);
        assert_eq!(HeaderValue::from(origin), text);
    }
}

#[test]
fn literals_are_checked_by_the_compiler() {
    const APP: Origin = Origin::from_static("https://app.example.com:8443");
    const NULL: Origin = Origin::from_static("null");
    const MANY: OriginPattern = OriginPattern::from_static("https://app-git-*-team.example.dev:*");
    const LOCAL: OriginPattern = OriginPattern::from_static("http://[2001:0:0:1::1]:3000");
    assert_eq!(APP.port(), Some(8443));
    assert!(NULL.is_null());
    assert!(MANY.matches(&Origin::from_static("https://app-git-x-team.example.dev")));
    assert!(LOCAL.is_exact());
    for &(text, _) in WRONG.iter().chain(WRONG_PATTERNS) {
        let text: &'static str = text;
        let refused = std::panic::catch_unwind(|| OriginPattern::from_static(text));
        assert!(refused.is_err(), "{text:?}");
    }
    for (_, text) in ORIGINS {
        assert_eq!(Origin::from_static(text), text.parse::<Origin>().unwrap());
    }
}

#[test]
fn equality_and_hashes_are_those_of_the_text() {
    let origins = ORIGINS.iter().map(|(_, text)| text.parse::<Origin>().unwrap());
    let texts = ORIGINS.iter().map(|(_, text)| *text).collect::<HashSet<_>>();
    let once = origins.clone().collect::<HashSet<_>>();
    assert_eq!(once.len(), texts.len());
    assert!(origins.clone().all(|origin| once.contains(&origin)));
    let patterns = PATTERNS.iter().map(|text| text.parse::<OriginPattern>().unwrap());
    assert_eq!(patterns.clone().collect::<HashSet<_>>().len(), PATTERNS.len());
    let state = RandomState::new();
    let hashes = origins.map(|origin| state.hash_one(origin)).collect::<HashSet<_>>();
    assert_eq!(hashes.len(), texts.len());
    let hashes = patterns.map(|pattern| state.hash_one(pattern)).collect::<HashSet<_>>();
    assert_eq!(hashes.len(), PATTERNS.len());
}

#[test]
fn conversions_and_comparisons() {
    const TEXT: &str = "https://app.example.com";
    let origin = Origin::from_static(TEXT);
    let value = HeaderValue::from_static(TEXT);
    assert_eq!(origin, *TEXT);
    assert_eq!(origin, TEXT);
    assert_eq!(origin, value);
    assert_ne!(origin, "https://app.example.co");
    assert_ne!(origin, *"https://app.example.co");
    assert_ne!(origin, HeaderValue::from_static("https://app.example.co"));
    assert_eq!(AsRef::<str>::as_ref(&origin), TEXT);
    assert_eq!(format!("{origin:?}"), r#"Origin("https://app.example.com")"#);
    assert_eq!(origin.as_bytes(), TEXT.as_bytes());
    assert_eq!(Origin::try_from(&value).unwrap(), origin);
    assert_eq!(Origin::try_from(TEXT.to_owned()).unwrap(), origin);
    assert_eq!(OriginPattern::try_from(TEXT.to_owned()).unwrap().as_str(), TEXT);
    for (bytes, kind, input) in [
        (&b"https://a.example/"[..], Kind::TrailingSlash, "https://a.example/"),
        (b"https://a\xff", Kind::UnicodeHost, "https://a\u{fffd}"),
        (b"", Kind::Empty, ""),
    ] {
        let error = Origin::try_from(&HeaderValue::from_bytes(bytes).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.input()), (&kind, input));
    }
    let error = OriginPattern::try_from("*.example.com".to_owned()).unwrap_err();
    assert_eq!((error.input(), error.kind()), ("*.example.com", &Kind::MissingScheme));

    let mut sorted = ["https://b.example", "http://c.example", "null", "https://a.example"]
        .map(Origin::from_static);
    sorted.sort();
    assert_eq!(
        sorted.map(|origin| origin.to_string()),
        ["http://c.example", "https://a.example", "https://b.example", "null"],
    );
    let pattern = OriginPattern::from_static("https://*.a.example");
    let exact = OriginPattern::from_static("https://a.example");
    assert!(pattern < exact);
    assert_eq!(AsRef::<str>::as_ref(&pattern), "https://*.a.example");
    assert_eq!(format!("{pattern:?}"), r#"OriginPattern("https://*.a.example")"#);
    assert_eq!(
        format!("{:?}", OriginSet::from_iter([pattern, exact])),
        r#"OriginSet { exact: ["https://a.example"], patterns: ["https://*.a.example"] }"#,
    );
}

#[test]
fn origins_and_patterns_are_strings_to_serde() {
    type Both = (Vec<Origin>, OriginPattern);
    let json = r#"[["https://a.example","null"],"https://*.example.com:*"]"#;
    let (origins, pattern) = serde_json::from_str::<Both>(json).unwrap();
    assert_eq!(origins, [Origin::from_static("https://a.example"), Origin::NULL]);
    assert_eq!(pattern, OriginPattern::from_static("https://*.example.com:*"));
    assert_eq!(serde_json::to_string(&(origins, pattern)).unwrap(), json);
    for (json, expected) in [
        (
            r#"[["https://a.example/"],""]"#,
            r#""https://a.example/" has a trailing slash; write "https://a.example" at line 1 column 22"#,
        ),
        (
            r#"[[],"null"]"#,
            r#""null" is what any sandboxed or local page sends; see dangerously_allow_null_origin at line 1 column 10"#,
        ),
        ("[[1]]", "invalid type: integer `1`, expected an origin at line 1 column 3"),
        ("[[],1]", "invalid type: integer `1`, expected an origin pattern at line 1 column 5"),
    ] {
        assert_eq!(serde_json::from_str::<Both>(json).unwrap_err().to_string(), expected);
    }
}

#[test]
fn from_static_panics_with_the_whole_text() {
    let panics = std::panic::catch_unwind(|| Origin::from_static("https://a.example/"));
    let text = panics.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(
        *text,
        r#""https://a.example/" has a trailing slash; remove what follows the host and port"#,
    );
}

/// A pattern, what it matches, what it does not.
type Matches = (&'static str, &'static [&'static str], &'static [&'static str]);

const MATCHES: &[Matches] = &[
    (
        "https://example.com",
        &["https://example.com"],
        &[
            "http://example.com",
            "https://example.com:8443",
            "https://www.example.com",
            "https://example.community",
            "https://example.com.evil.example",
            "https://notexample.com",
            "https://example.co",
            "tauri://example.com",
        ],
    ),
    (
        "https://*.example.com",
        &[
            "https://a.example.com",
            "https://a.b.example.com",
            "https://a.b.c.d.example.com",
            "https://xn--bcher-kva.example.com",
            "https://-.example.com",
            "https://1.example.com",
        ],
        &[
            "https://example.com",
            "http://a.example.com",
            "https://a.example.com:8443",
            "https://aexample.com",
            "https://a-example.com",
            "https://a.example.com.evil.example",
            "https://a.example.org",
            "https://a.example.comm",
            "https://evil.example",
        ],
    ),
    (
        "https://app-git-*-team.example.dev",
        &[
            "https://app-git-x-team.example.dev",
            "https://app-git-a-b_c-team.example.dev",
            "https://app-git---team.example.dev",
            "https://app-git-team-team.example.dev",
        ],
        &[
            "https://app-git--team.example.dev",
            "https://app-git-team.example.dev",
            "https://app-git-a.b-team.example.dev",
            "https://app-git-x-team.evil.example.dev",
            "https://x.app-git-x-team.example.dev",
            "https://app-git-x-team.example.dev:8443",
            "https://xapp-git-x-team.example.dev",
            "https://app-git-x-teamx.example.dev",
            "http://app-git-x-team.example.dev",
        ],
    ),
    (
        "https://*-pr.example.dev",
        &["https://1-pr.example.dev", "https://a-b-pr.example.dev", "https://--pr.example.dev"],
        &["https://-pr.example.dev", "https://a.1-pr.example.dev", "https://pr.example.dev"],
    ),
    (
        "https://app-*.example.dev",
        &["https://app-1.example.dev", "https://app--.example.dev"],
        &["https://app-.example.dev", "https://app-1.x.example.dev", "https://app.example.dev"],
    ),
    (
        "http://localhost:*",
        &[
            "http://localhost",
            "http://localhost:3000",
            "http://localhost:443",
            "http://localhost:1",
        ],
        &[
            "https://localhost",
            "https://localhost:3000",
            "http://a.localhost:3000",
            "http://localhost.example.com",
            "http://localhosts:3000",
        ],
    ),
    (
        "https://*.example.com:*",
        &["https://a.example.com", "https://a.b.example.com:8443", "https://a.example.com:80"],
        &["https://example.com:8443", "https://example.com", "http://a.example.com:8443"],
    ),
    (
        "https://*.example.com:8443",
        &["https://a.example.com:8443"],
        &["https://a.example.com", "https://a.example.com:844", "https://a.example.com:18443"],
    ),
    (
        "http://*.localhost:*",
        &["http://a.localhost", "http://a.b.localhost:3000"],
        &["http://localhost", "http://localhost:3000", "https://a.localhost"],
    ),
    (
        "http://[::1]:*",
        &["http://[::1]", "http://[::1]:3000"],
        &["http://[::2]:3000", "https://[::1]", "http://[1::1]"],
    ),
    (
        "http://127.0.0.1:*",
        &["http://127.0.0.1", "http://127.0.0.1:3000"],
        &["http://127.0.0.11", "http://127.0.0.1.example", "http://127.0.0.2:3000"],
    ),
    (
        // A star needs two labels after its own; that they are a public suffix it cannot know.
        "https://*x.co.uk",
        &["https://ax.co.uk", "https://xx.co.uk"],
        &["https://x.co.uk", "https://a.x.co.uk", "https://a.ax.co.uk"],
    ),
    (
        "tauri://*.example.com",
        &["tauri://a.example.com", "tauri://a..example.com"],
        &["https://a.example.com", "tauri://example.com", "tauri://.example.com"],
    ),
    (
        "moz-extension://*",
        &["moz-extension://2c127fa4-62c7", "moz-extension://a.b", "moz-extension://[::1]"],
        &["chrome-extension://2c127fa4-62c7", "moz-extension://", "moz-extension://a:1"],
    ),
    (
        "app://*:*",
        &["app://a", "app://A", "app://.", "app://..", "app://a.b:1"],
        &["app://", "ap://a", "https://a.example"],
    ),
    (
        "http://*.internal:8080",
        &["http://a.internal:8080", "http://a.b.internal:8080"],
        &["http://internal:8080", "http://a.internal", "http://a.internal.:8080"],
    ),
    (
        "https://app-*.localhost",
        &["https://app-1.localhost"],
        &["https://app-.localhost", "https://app-1.localhost.", "https://app-1.a.localhost"],
    ),
    (
        "https://*.example.com",
        &["https://a.example.com"],
        &["https://a.example.com.", "https://example.com."],
    ),
];

#[test]
fn patterns_match() {
    for (text, matching, others) in MATCHES {
        let pattern = text.parse::<OriginPattern>().unwrap();
        let set = OriginSet::from_iter([pattern.clone()]);
        let policy = Policy::builder().allow_origin([*text, "https://other.test"]).build().unwrap();
        for (origins, expected) in [(matching, true), (others, false)] {
            for text in *origins {
                let origin = text.parse::<Origin>().unwrap();
                assert_eq!(pattern.matches(&origin), expected, "{pattern} {origin}");
                assert_eq!(naive(pattern.as_str(), text), expected, "naive: {pattern} {origin}");
                assert_eq!(set.contains(&origin), expected, "set: {pattern} {origin}");
                assert_eq!(granted(&policy, text.as_bytes()), expected, "{pattern} {origin}");
            }
        }
    }
}

fn granted(policy: &Policy, origin: &[u8]) -> bool {
    let mut request = Request::new(());
    request.headers_mut().insert("origin", HeaderValue::from_bytes(origin).unwrap());
    policy.decide(&request.into_parts().0).is_granted()
}

/// Matching as the design words it, with no thought of speed.
fn naive(pattern: &str, origin: &str) -> bool {
    let (pattern_scheme, pattern) = pattern.split_once("://").unwrap();
    let (origin_scheme, origin) = origin.split_once("://").unwrap();
    let (pattern_host, pattern_port) = host_and_port(pattern);
    let (origin_host, origin_port) = host_and_port(origin);
    if pattern_scheme != origin_scheme || (pattern_port != "*" && pattern_port != origin_port) {
        return false;
    }
    let (pattern_labels, origin_labels) = (labels(pattern_host), labels(origin_host));
    match pattern_labels[0].split_once('*') {
        None => pattern_host == origin_host,
        Some(("", "")) => {
            let rest = &pattern_labels[1..];
            let before = &origin_labels[..origin_labels.len().saturating_sub(rest.len())];
            // An app's host may have empty labels, and be empty.
            !before.join(".").is_empty() && origin_labels.ends_with(rest)
        }
        Some((start, end)) => {
            origin_labels[1..] == pattern_labels[1..]
                && origin_labels[0].len() > start.len() + end.len()
                && origin_labels[0].starts_with(start)
                && origin_labels[0].ends_with(end)
        }
    }
}

fn labels(host: &str) -> Vec<&str> {
    host.split('.').collect()
}

fn host_and_port(authority: &str) -> (&str, &str) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    }
}

/// Few labels with many beginnings and ends in common, so that random ones nearly match.
fn label() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "a", "b", "foo", "bar", "barfoo", "foobar", "example", "x-a", "com"
        ])
        .prop_map(str::to_owned),
        "[ab-]{1,4}",
    ]
}

fn port() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", ":1", ":8080", ":80", ":443"])
}

fn scheme() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["https", "http", "tauri"])
}

fn origin() -> impl Strategy<Value = Origin> {
    // The last ones are for schemes whose hosts are no domains.
    let label = || prop_oneof![20 => label(), 1 => Just(String::new()), 1 => Just("A!".to_owned())];
    (scheme(), prop::collection::vec(label(), 1..5), port())
        .prop_filter_map("no origin", |(scheme, labels, port)| {
            format!("{scheme}://{}{port}", labels.join(".")).parse().ok()
        })
}

fn pattern() -> impl Strategy<Value = OriginPattern> {
    let first = prop_oneof![
        2 => label(),
        2 => Just("*".to_owned()),
        1 => (label(), label()).prop_map(|(start, end)| format!("{start}*{end}")),
        1 => label().prop_map(|start| format!("{start}*")),
        1 => label().prop_map(|end| format!("*{end}")),
    ];
    let port = prop_oneof![3 => port(), 1 => Just(":*")];
    (scheme(), first, prop::collection::vec(label(), 0..4), port).prop_filter_map(
        "no pattern",
        |(scheme, first, rest, port)| {
            let host = [&[first], &rest[..]].concat().join(".");
            format!("{scheme}://{host}{port}").parse().ok()
        },
    )
}

/// Texts that are origins, or nearly.
fn nearly() -> impl Strategy<Value = String> {
    prop_oneof![
        "(https?|tauri|ws|HTTP|[a-z*.+-]{0,4})(://|:/|:|//)?[a-zA-Z0-9.*_@:/?#\\[\\]-]{0,24}(:[0-9*]{0,6})?/?",
        "https?://\\[[0-9a-f:.]{0,24}\\](:[0-9]{1,5})?",
        "https?://[0-9x.]{1,16}",
        "https?://[a-zß-ö例☃*.]{1,12}",
        "[ \t]{0,2}https?://[a-z.]{1,9}[ \t,]{0,2}",
        any::<String>(),
    ]
}

/// Something that people do to an origin, and that leaves its intent clear or makes it unclear.
#[derive(Clone, Debug)]
enum Mistake {
    Around(&'static str, &'static str),
    UpperCase,
    NoScheme,
    InScheme(&'static str, &'static str),
    BeforeHost(&'static str),
    Path(&'static str),
}

impl Mistake {
    fn make(&self, text: &str) -> String {
        match self {
            Self::Around(before, after) => format!("{before}{text}{after}"),
            Self::UpperCase => text.to_ascii_uppercase(),
            Self::NoScheme => text.split_once("://").map_or(text, |(_, rest)| rest).to_owned(),
            Self::InScheme(from, to) => text.replacen(from, to, 1),
            Self::BeforeHost(inserted) => text.replacen("://", &format!("://{inserted}"), 1),
            Self::Path(path) => format!("{text}{path}"),
        }
    }
}

fn mistake() -> impl Strategy<Value = Mistake> {
    prop::sample::select(vec![
        Mistake::Around(" ", ""),
        Mistake::Around("", "\r\n"),
        Mistake::Around("\"", "\""),
        Mistake::Around("", ","),
        Mistake::Around("[\"", "\"]"),
        Mistake::Around("^", "$"),
        Mistake::UpperCase,
        Mistake::NoScheme,
        Mistake::InScheme("tt", "t"),
        Mistake::InScheme("http", "htttp"),
        Mistake::InScheme("tp", "pt"),
        Mistake::InScheme("http", "ws"),
        Mistake::InScheme("://", ":"),
        Mistake::InScheme("://", "//"),
        Mistake::InScheme("://", "?://"),
        Mistake::BeforeHost("user@"),
        Mistake::BeforeHost("user:secret@"),
        Mistake::BeforeHost("b.example@"),
        Mistake::BeforeHost("https://"),
        Mistake::BeforeHost("http://"),
        Mistake::BeforeHost("/"),
        Mistake::BeforeHost("."),
        Mistake::Path("/"),
        Mistake::Path("."),
        Mistake::Path(":"),
        Mistake::Path("/path:443"),
        Mistake::Path("?q=https://b.example"),
        Mistake::Path("#top"),
        Mistake::Path("\\"),
        Mistake::Path("/*"),
    ])
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn display_is_what_was_parsed(text in nearly()) {
        if let Ok(origin) = text.parse::<Origin>() {
            prop_assert_eq!(origin.to_string(), &*text);
            prop_assert_eq!(origin.as_str().parse::<Origin>().unwrap(), origin);
        }
        if let Ok(pattern) = text.parse::<OriginPattern>() {
            prop_assert_eq!(pattern.to_string(), &*text);
            prop_assert_eq!(pattern.as_str().parse::<OriginPattern>().unwrap(), pattern);
        }
    }

    #[test]
    fn a_pattern_without_a_star_is_an_origin(text in nearly()) {
        let (origin, pattern) = (text.parse::<Origin>(), text.parse::<OriginPattern>());
        if text == "null" {
            return Ok(());
        }
        if text.contains('*') {
            prop_assert!(origin.is_err());
        } else {
            let dotted = matches!(&origin, Ok(origin) if origin.host().ends_with('.'));
            prop_assert_eq!(origin.is_ok(), pattern.is_ok() || dotted);
        }
        if let Ok(pattern) = pattern {
            prop_assert_eq!(pattern.is_exact(), !text.contains('*'));
        }
    }

    #[test]
    fn suggestions_parse(text in nearly()) {
        if let Err(error) = text.parse::<Origin>() {
            if let Some(suggestion) = error.suggestion() {
                prop_assert!(suggestion.parse::<Origin>().is_ok(), "{} -> {}", text, suggestion);
                prop_assert_ne!(suggestion, &*text);
            }
            prop_assert_eq!(error.to_string().lines().count(), 1);
        }
        let error = text.parse::<OriginPattern>().err();
        if let Some(suggestion) = error.as_ref().and_then(|error| error.suggestion()) {
            prop_assert!(suggestion.parse::<OriginPattern>().is_ok(), "{} -> {}", text, suggestion);
            prop_assert_ne!(suggestion, &*text);
        }
    }

    /// Whatever is wrong, a suggestion keeps the host and the port, and the scheme if there is one.
    #[test]
    fn suggestions_keep_the_host(
        origin in origin().prop_filter("a domain", |origin| {
            origin.scheme() != "tauri" && !origin.host().ends_with('.')
        }),
        mistakes in prop::collection::vec(mistake(), 1..4).prop_filter("one scheme", |mistakes| {
            mistakes.iter().filter(|m| matches!(m, Mistake::InScheme(..) | Mistake::NoScheme)).count() <= 1
        }),
    ) {
        let text = mistakes.iter().fold(origin.to_string(), |text, mistake| mistake.make(&text));
        for error in [text.parse::<Origin>().err(), text.parse::<OriginPattern>().err()] {
            let Some(suggestion) = error.as_ref().and_then(|error| error.suggestion()) else {
                continue;
            };
            prop_assert!(suggestion.parse::<OriginPattern>().is_ok(), "{:?}", text);
            // What a dot before the domain means to cookies.
            let suggestion = suggestion.replacen("://*.", "://", 1).parse::<Origin>().unwrap();
            prop_assert_eq!(suggestion.host(), origin.host(), "{:?}", text);
            let guessed = mistakes.iter().any(|mistake| matches!(mistake, Mistake::NoScheme));
            if !guessed {
                prop_assert_eq!(suggestion.as_str(), origin.as_str(), "{:?}", text);
            }
        }
    }

    #[test]
    fn a_pattern_matches_as_the_naive_one(pattern in pattern(), origin in origin()) {
        prop_assert_eq!(pattern.matches(&origin), naive(pattern.as_str(), origin.as_str()));
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..config() })]

    #[test]
    fn a_set_matches_as_the_naive_one(
        patterns in prop::collection::vec(pattern(), 0..40).prop_shuffle(),
        mut origins in prop::collection::vec(origin(), 1..20),
    ) {
        // Origins that surely are in it, and their neighbors.
        origins.extend(patterns.iter().filter_map(|p| p.as_str().replace('*', "a").parse().ok()));
        origins.extend(patterns.iter().filter_map(|p| p.as_str().replacen("*.", "", 1).parse().ok()));
        origins.extend(patterns.iter().filter_map(|p| p.as_str().replacen("*.", "a", 1).parse().ok()));
        let forward = patterns.iter().cloned().collect::<OriginSet>();
        let backward = patterns.iter().rev().cloned().collect::<OriginSet>();
        let twice = patterns.iter().chain(&patterns).cloned().collect::<OriginSet>();
        let distinct = patterns.iter().map(OriginPattern::as_str).collect::<HashSet<_>>();
        prop_assert_eq!(forward.len(), distinct.len());
        prop_assert_eq!(twice.len(), distinct.len());
        prop_assert_eq!(forward.iter().collect::<HashSet<_>>(), distinct);
        for origin in &origins {
            let expected = patterns.iter().any(|p| naive(p.as_str(), origin.as_str()));
            prop_assert_eq!(forward.contains(origin), expected, "{}", origin);
            prop_assert_eq!(backward.contains(origin), expected, "{}", origin);
            prop_assert_eq!(twice.contains(origin), expected, "{}", origin);
        }
    }

    #[test]
    fn request_bytes_match_only_if_canonical(
        patterns in prop::collection::vec(pattern(), 1..12),
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            nearly().prop_map(String::into_bytes),
            (origin(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(origin, at, byte)| {
                let mut bytes = origin.as_str().as_bytes().to_vec();
                let at = at.index(bytes.len());
                bytes[at] = byte;
                bytes
            }),
            origin().prop_map(|origin| origin.as_str().as_bytes().to_vec()),
        ],
    ) {
        let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
        let policy = Policy::builder()
            .allow_origin(patterns.clone())
            .allow_origin("https://another.test")
            .dangerously_allow_public_suffix_subdomains(true)
            .build()
            .unwrap();
        let canonical = std::str::from_utf8(value.as_bytes())
            .ok()
            .and_then(|text| text.parse::<Origin>().ok())
            .filter(|origin| !origin.is_null());
        let expected = canonical.is_some_and(|origin| {
            patterns.iter().any(|pattern| naive(pattern.as_str(), origin.as_str()))
        });
        prop_assert_eq!(granted(&policy, &bytes), expected, "{:?}", value);
    }
}

/// Two patterns of which one has any port, and the other the rest of what an origin has.
#[test]
fn ports_of_patterns_are_not_confused() {
    for (patterns, origin) in [
        (["https://a-*x.b.test:*", "https://c-*x.b.test"], "https://c-1x.b.test:1"),
        (["https://a-*x.b.test:*", "https://a-*y.b.test"], "https://a-1y.b.test:1"),
        (["https://*.b.test:*", "http://*.b.test"], "http://a.b.test:1"),
        (["https://*.b.test:*", "https://*.c.test"], "https://a.c.test:1"),
        (["https://*.b.test:*", "https://b.test"], "https://b.test:1"),
        (["https://a.b.test:*", "https://*.b.test"], "https://c.b.test:1"),
        (["https://a.b.test:*", "https://*.b.test"], "https://c.a.b.test:1"),
    ] {
        let set = patterns.map(OriginPattern::from_static).into_iter().collect::<OriginSet>();
        assert!(!set.contains(&Origin::from_static(origin)), "{patterns:?} {origin}");
    }
}

/// In every shape there is, hostile sets included: heads and tails that occur, but not together.
#[test]
fn patterns_of_every_shape_match_as_the_naive_one() {
    let shapes = || (0..=20_usize).flat_map(|p| (0..=20 - p).map(move |s| (p, s))).skip(1);
    let family = |before: &'static str, after: &'static str| {
        shapes()
            .map(move |(p, s)| format!("https://{}*{}.b.test", before.repeat(p), after.repeat(s)))
    };
    let labels = (1..40_usize).map(|n| format!("https://*{}.test:*", ".a".repeat(n)));
    let mut hostile = family("a", "c").chain(family("c", "a")).collect::<Vec<_>>();
    hostile.retain(|pattern| !pattern.contains("/*") && !pattern.contains("*."));
    let hosts = ["a", "b", "c", "ac", "ca"].map(|unit| unit.repeat(9)).into_iter();
    let hosts = hosts.chain((1..30).flat_map(|n| {
        [format!("b{}", "a".repeat(n)), format!("{}b", "a".repeat(n)), "a".repeat(n)]
    }));
    let origins = hosts
        .flat_map(|label| [format!("https://{label}.b.test"), format!("https://{label}.c.test")])
        .chain((1..50).map(|n| format!("https://x{}.test:1", ".a".repeat(n))))
        .chain((1..50).map(|n| format!("https://{}test", "a.".repeat(n))))
        .collect::<Vec<_>>();
    for patterns in [
        family("a", "a").collect(),
        hostile,
        labels.collect::<Vec<_>>(),
        family("a", "c").collect(),
    ] {
        let set =
            patterns.iter().map(|text| text.parse()).collect::<Result<OriginSet, _>>().unwrap();
        for origin in &origins {
            let expected = patterns.iter().any(|pattern| naive(pattern, origin));
            assert_eq!(set.contains(&origin.parse().unwrap()), expected, "{origin}");
        }
    }
}

#[test]
fn large_sets_match() {
    let exact = (0..5000).map(|i| format!("https://app{i}.example.com"));
    let within = (0..500).map(|i| format!("https://app{i}-*.example.dev"));
    let beneath = (0..500).map(|i| format!("https://*.tenant{i}.example.org:*"));
    let all = exact.chain(within).chain(beneath).collect::<Vec<_>>();
    let set = all.iter().map(|text| text.parse()).collect::<Result<OriginSet, _>>().unwrap();
    assert_eq!(set.len(), 6000);
    assert!(!set.is_empty());
    assert!(OriginSet::default().is_empty());
    for (origin, expected) in [
        ("https://app4999.example.com", true),
        ("https://app5000.example.com", false),
        ("https://app49990.example.com", false),
        ("https://app499-x.example.dev", true),
        ("https://app499-.example.dev", false),
        ("https://app500-x.example.dev", false),
        ("https://a.b.tenant7.example.org:3000", true),
        ("https://tenant7.example.org", false),
        ("https://a.tenant500.example.org", false),
    ] {
        assert_eq!(set.contains(&origin.parse().unwrap()), expected, "{origin}");
    }
    assert!(OriginSet::default().is_empty());
    assert!(!OriginSet::default().contains(&Origin::from_static("https://a.example")));
}

#[track_caller]
fn expression(source: &str) -> Result<Policy, PolicyErrorKind> {
    let built = Policy::builder().allow_origin(AllowOrigin::regex(source)).build();
    built.map_err(|errors| {
        assert_eq!(errors.iter().count(), 1, "{errors}");
        errors.iter().next().unwrap().kind().clone()
    })
}

#[test]
fn expressions_match_whole_origins() {
    let table: &[Matches] = &[
        (
            r"https://a\.example",
            &["https://a.example"],
            &[
                "https://a.example.evil.test",
                "https://a.example:8443",
                "https://a.examples",
                "https://axexample",
                "http://a.example",
                "https://b.a.example",
            ],
        ),
        (
            r"https://a\.example|https://b\.example",
            &["https://a.example", "https://b.example"],
            &["https://a.example.evil.test", "https://b.example.evil.test", "https://a.example:1"],
        ),
        (
            r"https://a\.example|b\.example",
            &["https://a.example"],
            &["https://b.example", "tauri://b.example", "https://xb.example"],
        ),
        (r"^https://a\.example$", &["https://a.example"], &["https://a.example.evil.test"]),
        (
            r"(?m)^https://a\.example$",
            &["https://a.example"],
            &["https://a.example.evil.test", "https://a.example:1"],
        ),
        (r"(?i)HTTPS://A\.EXAMPLE", &["https://a.example"], &["https://a.example.evil.test"]),
        (
            r"(?x) https://a\.example # the app",
            &["https://a.example"],
            &["https://a.example.evil.test", "https://b.example"],
        ),
        (
            "(?x)\n  https://(app|admin)\\.example # both\n  (:[0-9]+)? # any port\n",
            &["https://app.example", "https://admin.example:8443"],
            &["https://app.example.evil.test", "https://web.example"],
        ),
        (
            r"(?x) https://a\.example #) | (",
            &["https://a.example"],
            &["https://a.example.evil.test"],
        ),
        (r"https://[a-z]+\.example(?-x)", &["https://abc.example"], &["https://a.b.example"]),
        (r"https://a\.example|", &["https://a.example"], &["https://b.example"]),
        (r"https://[^.]+\.example", &["https://a.example"], &["https://a.b.example"]),
    ];
    for (source, matching, others) in table {
        let policy = expression(source).unwrap_or_else(|kind| panic!("{source:?}: {kind:?}"));
        for (origins, expected) in [(matching, true), (others, false)] {
            for origin in *origins {
                assert_eq!(granted(&policy, origin.as_bytes()), expected, "{source:?} {origin}");
            }
        }
        for origin in
            ["", "null", "https://a.example/", "https://A.example", "https://a.example\u{e9}"]
        {
            assert!(!granted(&policy, origin.as_bytes()), "{source:?} {origin}");
        }
    }
}

#[test]
fn expressions_that_are_wrong() {
    for source in [
        r"https://a.example",
        r"https://.*\.example",
        r"https://[a-z]+.example",
        r"https://(a|.)\.example",
        r"(?s).+",
        r"(?x) https:// . # any",
    ] {
        let kind = expression(source).expect_err(source);
        assert_eq!(kind, PolicyErrorKind::RegexUnescapedDot, "{source}");
    }
    for source in [
        "(",
        "[",
        r"https://a\.example)",
        r"https://a\.example)|(?:https://b\.example",
        r"https://a\.example)(",
        "*",
        "a{2,1}",
        r"\p{Nonsense}",
        r"(?<=https)://a",
        r"(\w{1000}){1000}",
    ] {
        let kind = expression(source).expect_err(source);
        assert!(matches!(kind, PolicyErrorKind::Regex { .. }), "{source}: {kind:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..config() })]

    /// Whatever an expression says, what it grants it matches as a whole.
    #[test]
    fn expressions_are_anchored(
        source in prop_oneof![
            "(\\(\\?[imsxU-]{1,2}\\))?(https://)?[ab|()#?*+^$ \n]{0,8}(\\\\\\.example)?[#|) \n]{0,3}",
            any::<String>(),
        ],
        origin in origin(),
    ) {
        if let Ok(policy) = expression(&source) {
            let whole = regex::Regex::new(&source).unwrap();
            let expected = whole
                .find_iter(origin.as_str())
                .any(|found| found.range() == (0..origin.as_str().len()));
            // A leftmost-first search may prefer a shorter match, so only one direction holds.
            if expected {
                prop_assert!(granted(&policy, origin.as_str().as_bytes()), "{:?} {}", source, origin);
            } else if granted(&policy, origin.as_str().as_bytes()) {
                let anchored = regex::Regex::new(&format!("\\A(?:{source}\n)\\z"));
                let plain = regex::Regex::new(&format!("\\A(?:{source})\\z"));
                prop_assert!(
                    [anchored, plain].iter().flatten().any(|r| r.is_match(origin.as_str())),
                    "{:?} {}", source, origin
                );
            }
        }
    }
}

/// What one reads who lists the origin of an extension or an app, and gets it wrong.
#[test]
fn schemes_other_than_http_have_advice_of_their_own() {
    const ID: &str = "abcdefghijklmnopabcdefghijklmnop";
    const STAR: &str = "has a star inside a host that is not a domain; write the whole host, such as the id of an extension, or a single star for every host";
    const UPPER: &str = "has upper-case letters, which browsers never send;";
    const PORT: &str = "has a port, which origins of extensions do not have;";
    const NO_SCHEME: &str = "has no scheme; begin with \"https://\" or \"http://\"";
    for (text, error) in [
        // A star that is not the whole host.
        (format!("chrome-extension://{ID}*"), STAR.to_owned()),
        (format!("chrome-extension://*{ID}"), STAR.to_owned()),
        ("chrome-extension://abc*def".into(), STAR.into()),
        ("chrome-extension://**".into(), STAR.into()),
        ("chrome-extension://*.".into(), STAR.into()),
        ("chrome-extension://*.com".into(), STAR.into()),
        ("chrome-extension://*.example.com".into(), STAR.into()),
        ("moz-extension://a-*.example.com".into(), STAR.into()),
        ("safari-web-extension://E93A1AC8-*".into(), STAR.into()),
        ("capacitor://localhost*".into(), STAR.into()),
        ("capacitor://a.*".into(), STAR.into()),
        ("tauri://loc*".into(), STAR.into()),
        ("ionic://**".into(), STAR.into()),
        ("app://a*".into(), STAR.into()),
        ("app://**".into(), STAR.into()),
        ("app://a.*".into(), STAR.into()),
        ("app://*.".into(), STAR.into()),
        // A port.
        (
            format!("chrome-extension://{ID}:443"),
            format!("{PORT} write \"chrome-extension://{ID}\""),
        ),
        ("chrome-extension://*:*".into(), format!("{PORT} write \"chrome-extension://*\"")),
        ("moz-extension://2c12-7e:80".into(), format!("{PORT} write \"moz-extension://2c12-7e\"")),
        (
            "safari-web-extension://E93A:1".into(),
            format!("{PORT} write \"safari-web-extension://E93A\""),
        ),
        ("app://.:0".into(), "has an invalid port; write a number from 1 to 65535".into()),
        (
            "capacitor://localhost:".into(),
            "has a colon but no port; write \"capacitor://localhost\"".into(),
        ),
        // What follows the host.
        ("moz-extension://*/*".into(), "has a path; write \"moz-extension://*\"".into()),
        (
            format!("chrome-extension://{ID}/popup.html"),
            format!("has a path; write \"chrome-extension://{ID}\""),
        ),
        (
            format!("chrome-extension:///{ID}"),
            format!("has a path; write \"chrome-extension://{ID}\""),
        ),
        ("tauri://localhost/".into(), "has a trailing slash; write \"tauri://localhost\"".into()),
        ("app://./index.html".into(), "has a path; write \"app://.\"".into()),
        // Upper case.
        (
            format!("chrome-extension://{}", ID.to_uppercase()),
            format!("{UPPER} write \"chrome-extension://{ID}\""),
        ),
        ("moz-extension://2C12-7E".into(), format!("{UPPER} write \"moz-extension://2c12-7e\"")),
        (
            "Safari-Web-Extension://E93A".into(),
            format!("{UPPER} write \"safari-web-extension://E93A\""),
        ),
        ("TAURI://localhost".into(), format!("{UPPER} write \"tauri://localhost\"")),
        // The scheme.
        (
            "chrome-extention://abc".into(),
            "has a misspelled scheme; write \"chrome-extension://abc\"".into(),
        ),
        (
            "chrome_extension://abc".into(),
            "has an invalid scheme; write \"chrome-extension://abc\"".into(),
        ),
        ("chrome-extension:abc".into(), "has no scheme; write \"chrome-extension://abc\"".into()),
        (
            "moz-extension:/2c12-7e".into(),
            "has no scheme; write \"moz-extension://2c12-7e\"".into(),
        ),
        ("tauri//localhost".into(), "has no scheme; write \"tauri://localhost\"".into()),
        // It may be a host and its port.
        ("tauri:3000".into(), NO_SCHEME.into()),
        ("app:3000".into(), NO_SCHEME.into()),
        ("capacitor:/".into(), NO_SCHEME.into()),
        ("*://localhost".into(), "has a star in its scheme; write \"http://localhost\"".into()),
        (format!("*://{ID}"), "has a star in its scheme; write an origin for each scheme".into()),
        (
            "view-source:https://a.example".into(),
            "has an invalid scheme; write \"https://a.example\"".into(),
        ),
    ] {
        let errors = text.parse::<OriginPattern>().expect_err(&text);
        assert_eq!(errors.to_string(), format!("\"{text}\" {error}"));
    }
}

#[test]
fn schemes_other_than_http_have_patterns() {
    for text in [
        "chrome-extension://*",
        "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
        "safari-web-extension://E93A1AC8-8A37-4F26-BB5F-D1F6E5C6E8FC",
        "capacitor://",
        "capacitor://*",
        "tauri://Localhost:8080",
        "app://*.example.com:*",
    ] {
        assert!(text.parse::<OriginPattern>().is_ok(), "{text}");
    }
    // What a request says is only compared: it need not be possible.
    for text in ["chrome-extension://ABC", "moz-extension://a:1"] {
        let origin = text.parse::<Origin>().expect(text);
        assert!(OriginPattern::try_from(origin).is_err(), "{text}");
    }
}
