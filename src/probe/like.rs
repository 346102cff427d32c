//! Origins that look like one that is meant.

use crate::origin::{Origin, OriginPattern};
use std::net::Ipv4Addr;

/// What nobody can have meant.
pub(super) const UNRELATED: &str = "https://evil.invalid";

/// One look-alike: the lines of `Origin`, and how it differs.
#[derive(Clone, Debug)]
pub(super) struct Like {
    pub(super) lines: Vec<String>,
    pub(super) why: &'static Why,
}

/// To be read between the look-alike and what it looks like, and what to do.
#[derive(Debug)]
pub(super) struct Why {
    pub(super) but: &'static str,
    pub(super) advice: &'static str,
}

macro_rules! whys {
    ($($name:ident = $but:literal, $advice:literal;)*) => {
        $(static $name: Why = Why { but: $but, advice: $advice };)*
    };
}

whys! {
    ENDS = "only ends like", "compare whole labels: the host itself, or what ends in \".\" and the domain";
    BEGINS = "only begins like", "compare the whole origin, to its end";
    CONTAINS = "only contains the host of", "compare the whole host";
    DOTS = "has other characters in place of the dots of", "escape the dots of the expression";
    BENEATH_TOP = "only shares the last label with", "compare the whole domain";
    BENEATH_PARENT = "is another name beneath the domain of", "list the pattern if all subdomains are meant, else compare the whole host";
    DEEPER = "is a name beneath", "list the pattern if all subdomains are meant, else compare the whole host";
    PARENT = "is the parent domain of", "list it too if it is meant, else require the subdomain";
    INSECURE = "has the scheme http, whose pages a network attacker can forge, unlike", "compare the scheme too";
    SCHEME = "has another scheme than", "compare the scheme too";
    PORT = "has another port than", "list \":*\" if any port is meant, else compare the port too";
    TRAILING_DOT = "has a dot at the end of its host, which makes it another origin than", "compare the host as it is";
    CASE = "is not in lower case, which browsers never send, unlike", "compare the origin as it is";
    HOMOGRAPH = "only looks to the eye like", "compare the origin as it is, without mapping its characters";
    IP = "is another spelling of the address of", "compare the origin as it is";
    IP_NEAR = "is another address than that of", "compare the whole address";
    NULL = "is what any sandboxed or local page sends, unlike", "list it if it is meant, else compare with origins only";
    NOT_AN_ORIGIN = "is not an origin, and names another host than", "do not search the header for the host: parse it";
    SEVERAL = "holds more than", "require exactly one origin";
}

/// The look-alikes of an origin, or of one that a pattern matches.
pub(super) fn of(meant: &OriginPattern) -> Vec<Like> {
    let (scheme, sample) = (meant.scheme(), sample(meant));
    let (host, port) = (sample.0.as_str(), sample.1.as_str());
    let mut made = Made { likes: Vec::new() };
    let with = |host: &str| format!("{scheme}://{host}{port}");
    if host.starts_with('[') {
        ipv6(host, &mut made, &with);
    } else if let Ok(address) = host.parse::<Ipv4Addr>() {
        ipv4(address, &mut made, &with);
    } else {
        names(host, &mut made, &with);
        homographs(host, &mut made, &with);
    }
    schemes(scheme, host, port, &mut made);
    malformed(&with(host), host, &mut made);
    made.likes
}

struct Made {
    likes: Vec<Like>,
}

impl Made {
    fn push(&mut self, why: &'static Why, line: String) {
        self.likes.push(Like { lines: vec![line], why });
    }
}

/// Host and port (with its colon) of an origin that the pattern matches.
fn sample(pattern: &OriginPattern) -> (String, String) {
    let host = pattern.host().replacen('*', "app", 1);
    let rest = pattern.as_str().rsplit_once(pattern.host()).map_or("", |(_, rest)| rest);
    (host, if rest == ":*" { String::new() } else { rest.to_owned() })
}

fn names(host: &str, made: &mut Made, with: &dyn Fn(&str) -> String) {
    // The host, its parents, and last its top-level label.
    let mut suffixes = vec![host];
    while let Some((_, parent)) = suffixes[suffixes.len() - 1].split_once('.') {
        suffixes.push(parent);
    }
    for (depth, suffix) in suffixes.iter().enumerate() {
        let is_top = !suffix.contains('.');
        if is_top && depth > 0 {
            made.push(&BENEATH_TOP, with(&format!("evil.{suffix}")));
            made.push(&BENEATH_TOP, with(&format!("evil{suffix}")));
            continue;
        }
        made.push(&ENDS, with(&format!("evil{suffix}")));
        made.push(&ENDS, with(&format!("evil-{suffix}")));
        let why = if depth == 0 { &DEEPER } else { &BENEATH_PARENT };
        made.push(why, with(&format!("evil.{suffix}")));
        made.push(why, with(&format!("a.evil.{suffix}")));
        // The host itself is meant, and is not looked at.
        made.push(&PARENT, with(suffix));
        for tail in [".evil.invalid", "-evil.invalid", "evil.invalid", ".com", "x", ".evil.com"] {
            made.push(&BEGINS, with(&format!("{suffix}{tail}")));
        }
        made.push(&CONTAINS, with(&format!("evil.{suffix}.evil.invalid")));
        made.push(&CONTAINS, with(&format!("evil-{suffix}.evil.invalid")));
        made.push(&CONTAINS, with(&format!("evil{suffix}-evil.invalid")));
    }
    if let Some((without_last, _)) = host.rsplit_once('.') {
        for tail in [".evil", "-evil.invalid", ".evil.invalid"] {
            made.push(&BEGINS, with(&format!("{without_last}{tail}")));
        }
    }
    made.push(&BEGINS, with(&host[..host.len() - 1]));
    made.push(&ENDS, with(&host[1..]));
    for (at, _) in host.match_indices('.') {
        for other in ["x", "-"] {
            made.push(&DOTS, with(&format!("{}{other}{}", &host[..at], &host[at + 1..])));
        }
    }
    made.push(&DOTS, with(&host.replace('.', "x")));
    made.push(&TRAILING_DOT, with(&format!("{host}.")));
}

/// Characters that look alike, each once in its first place.
fn homographs(host: &str, made: &mut Made, with: &dyn Fn(&str) -> String) {
    const ALIKE: [(&str, &str); 11] = [
        ("a", "\u{430}"),
        ("e", "\u{435}"),
        ("o", "\u{43e}"),
        ("p", "\u{440}"),
        ("c", "\u{441}"),
        ("x", "\u{445}"),
        ("l", "1"),
        ("o", "0"),
        ("m", "rn"),
        ("i", "l"),
        ("-", "_"),
    ];
    for (character, other) in ALIKE {
        if !host.contains(character) {
            continue;
        }
        let text = with(&host.replacen(character, other, 1));
        let punycode = text.parse::<Origin>().err().and_then(|error| {
            // What is suggested for a host in Unicode.
            error.suggestion().map(str::to_owned)
        });
        if let Some(punycode) = punycode {
            made.push(&HOMOGRAPH, punycode);
        }
        made.push(&HOMOGRAPH, text);
    }
    // Full-width letters, and dots that are mapped to the ASCII one.
    made.push(&HOMOGRAPH, with(&host.replace('.', "\u{3002}")));
    made.push(&HOMOGRAPH, with(&host.replacen('a', "\u{ff41}", 1)));
}

fn ipv4(address: Ipv4Addr, made: &mut Made, with: &dyn Fn(&str) -> String) {
    let [a, b, c, d] = address.octets();
    for host in [
        u32::from(address).to_string(),
        format!("{:#x}", u32::from(address)),
        format!("{a:#o}.{b}.{c}.{d}").replace("0o", "0"),
        format!("0{a}.0{b}.0{c}.0{d}"),
        format!("{a}.{}", u32::from(address) & 0xff_ffff),
        format!("{address}."),
        format!("[::ffff:{address}]"),
        format!("[::ffff:{:x}:{:x}]", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])),
    ] {
        made.push(&IP, with(&host));
    }
    let text = address.to_string();
    let last = text.len() - 1;
    for host in [
        Ipv4Addr::new(a, b, c, d ^ 1).to_string(),
        Ipv4Addr::new(a, b, c ^ 1, d).to_string(),
        Ipv4Addr::new(a, b ^ 1, c, d).to_string(),
        Ipv4Addr::new(a ^ 1, b, c, d).to_string(),
        text[1..].to_owned(),
        text[..last].to_owned(),
        format!("1{text}"),
        format!("{text}1"),
    ] {
        // Cut or lengthened it may be no address, which no browser sends.
        if host.parse::<Ipv4Addr>().is_ok_and(|other| other.to_string() == host) {
            made.push(&IP_NEAR, with(&host));
        }
    }
    for host in [".evil.invalid", "-evil.invalid", ".nip.invalid"] {
        made.push(&BEGINS, with(&format!("{text}{host}")));
    }
    made.push(&CONTAINS, with(&format!("evil.{text}.evil.invalid")));
    made.push(&DOTS, with(&format!("{}.invalid", text.replace('.', "x"))));
    made.push(&DOTS, with(&format!("{}.invalid", text.replace('.', "-"))));
}

fn ipv6(host: &str, made: &mut Made, with: &dyn Fn(&str) -> String) {
    let inner = host.trim_start_matches('[').trim_end_matches(']');
    made.push(&IP, with(&host.to_ascii_uppercase()));
    made.push(&IP, with(&format!("[0{inner}]")));
    made.push(&IP, with(inner));
    made.push(&IP, with(&format!("[{inner}%25eth0]")));
    made.push(&IP_NEAR, with(&format!("[{inner}1]")));
    made.push(&IP_NEAR, with(&format!("[1{inner}]")));
    made.push(&BEGINS, with(&format!("{host}.evil.invalid")));
}

fn schemes(scheme: &str, host: &str, port: &str, made: &mut Made) {
    if scheme == "https" {
        made.push(&INSECURE, format!("http://{host}{port}"));
        made.push(&INSECURE, format!("http://{host}:8080"));
    }
    for other in ["evil", "chrome-extension", "httpsx"] {
        made.push(&SCHEME, format!("{other}://{host}{port}"));
    }
    for other in ["", ":8443", ":1", ":65535"] {
        if other != port {
            made.push(&PORT, format!("{scheme}://{host}{other}"));
        }
    }
    if !port.is_empty() {
        made.push(&PORT, format!("{scheme}://{host}{port}0"));
    }
}

/// What no browser sends as an origin, but others can.
fn malformed(origin: &str, host: &str, made: &mut Made) {
    for line in [
        format!("https://{host}@evil.invalid"),
        format!("https://{host}:443@evil.invalid"),
        format!("{origin}@evil.invalid"),
        format!("https://evil.invalid/{host}"),
        format!("https://evil.invalid/{origin}"),
        format!("https://evil.invalid?{host}"),
        format!("https://evil.invalid#{host}"),
        format!("https://evil.invalid#.{host}"),
        format!("https://evil.invalid\\.{host}"),
        format!("https://evil.invalid%2f.{host}"),
        format!("https://evil.invalid,.{host}"),
        format!("https://evil.invalid`.{host}"),
        format!("https://evil.invalid&.{host}"),
        host.to_owned(),
        format!("//{host}"),
        String::new(),
        "*".to_owned(),
    ] {
        made.push(&NOT_AN_ORIGIN, line);
    }
    made.push(&CASE, origin.to_ascii_uppercase());
    made.push(&CASE, origin.replacen(host, &host.to_ascii_uppercase(), 1));
    for null in ["null", "NULL"] {
        made.push(&NULL, null.to_owned());
    }
    for line in [
        format!("{origin} https://evil.invalid"),
        format!("https://evil.invalid {origin}"),
        format!("{origin}, https://evil.invalid"),
        format!("https://evil.invalid, {origin}"),
        format!("{origin}/"),
        format!("{origin}/evil"),
    ] {
        made.push(&SEVERAL, line);
    }
    let (good, evil) = (origin.to_owned(), UNRELATED.to_owned());
    for lines in [vec![good.clone(), evil.clone()], vec![evil, good]] {
        made.likes.push(Like { lines, why: &SEVERAL });
    }
}
