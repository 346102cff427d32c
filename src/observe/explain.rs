//! How a decision is explained.

use super::{
    explanation::{Explanation, Reason},
    nearest::{self, Effort, NearestName},
    suggestion::Suggestion,
};
use crate::{
    origin::{Origin, OriginPattern},
    policy::{
        Origins, Policy, Setting, is_cors_header, is_forbidden_method, is_forbidden_request_header,
        standard_method_in_wrong_case,
    },
    protocol::{Decision, Evaluation, Refusal},
};
use http::{HeaderName, HeaderValue, header::ORIGIN, request::Parts};

impl Policy {
    /// Explains its decision on a request. It takes its time, so it is for people, not for every
    /// request.
    ///
    /// See [`Explanation`](crate::observe::Explanation) for an example.
    #[must_use]
    pub fn explain(&self, parts: &Parts) -> Explanation {
        self.evaluate(parts).explain()
    }
}

impl Evaluation<'_> {
    /// Explains the decision. It takes its time, so it is for people, not for every request.
    ///
    /// See [`Explanation`](crate::observe::Explanation) for an example.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        self.explain_with(Effort::Asked)
    }

    pub(super) fn explain_with(&self, effort: Effort) -> Explanation {
        // More than anybody reads.
        const NAMED: usize = 32;
        let mut refusals = self.first_refusals(NAMED + 1);
        let not_named = refusals.len() > NAMED;
        refusals.truncate(NAMED);
        let decision = self.decision();
        let mut reasons = Vec::new();
        for refusal in refusals {
            reasons.push(reason(self.policy(), refusal, effort));
        }
        Explanation {
            same_origin: matches!(decision, Decision::NotCors)
                && self.request().headers.contains_key(ORIGIN),
            decision,
            kind: self.kind(),
            policy: self.policy_name().map(str::to_owned),
            reasons,
            not_named,
        }
    }
}

fn reason(policy: &Policy, refusal: Refusal, effort: Effort) -> Reason {
    let mut reason = Reason { nearest: None, hints: Vec::new(), suggestion: None, refusal };
    match reason.refusal.clone() {
        Refusal::HostNotAllowed { host } => explain_host(&mut reason, &host),
        Refusal::OriginNotAllowed { origin } => {
            explain_origin(&mut reason, policy, &origin, effort);
        }
        Refusal::MalformedOrigin { origin } => {
            explain_malformed_origin(&mut reason, policy, &origin);
        }
        Refusal::NullOrigin => {
            reason
                .hints
                .push("sandboxed frames, local files and some redirects send it".to_owned());
            reason.suggestion = Some(Suggestion::advice(format!(
                "serve the page from a server, outside a sandbox, and call the address that a \
                 redirect leads to; or, after reading its warning, set {}",
                Setting::DangerouslyAllowNullOrigin
            )));
        }
        Refusal::MethodNotAllowed { method } => explain_method(&mut reason, policy, &method),
        Refusal::HeaderNotAllowed { name } => explain_header(&mut reason, policy, &name),
        _ => {}
    }
    reason
}

fn explain_host(reason: &mut Reason, host: &HeaderValue) {
    reason.hints.push("DNS rebinding sends such requests".to_owned());
    reason.suggestion = short(host).and_then(advise_host).map(Suggestion::advice);
}

/// What to configure for a host, if it is one that can be.
fn advise_host(host: &str) -> Option<String> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    };
    let port = port.parse::<u16>().ok().filter(|port| *port > 0);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    // A dot at the end is ignored, and cannot be configured.
    let name = name.strip_suffix('.').unwrap_or(name);
    let written = match format!("https://{name}").parse::<OriginPattern>() {
        Ok(_) => name.to_owned(),
        Err(error) => error.suggestion()?.strip_prefix("https://")?.to_owned(),
    };
    let setting = Setting::AllowHosts;
    Some(if written.eq_ignore_ascii_case(name) {
        format!("if the server answers for this host, add \"{name}{port}\" to {setting}")
    } else {
        // Browsers never send `127.1`.
        format!(
            "if the server answers for this host, have the client send \"{written}{port}\", and add \
             that to {setting}"
        )
    })
}

fn explain_origin(reason: &mut Reason, policy: &Policy, value: &HeaderValue, effort: Effort) {
    let Some(origin) = short(value).and_then(|text| text.parse::<Origin>().ok()) else { return };
    let origins = &policy.rules().origins;
    let nearest = nearest::origin(origins, &origin, effort);
    if let Some(nearest) = &nearest {
        reason.hints.push(format!("\"{}\" is allowed; {}", nearest.allowed, nearest.words));
    }
    let insecure = policy.rules().refuses_as_insecure(&origin);
    let development = matches!(origins, Origins::Rules(rules) if rules.is_development());
    if development {
        reason.hints.push("`development()` allows pages on this machine only".to_owned());
    }
    if !insecure {
        // Else they are not asked.
        reason.hints.extend(other_rules(origins));
    }
    let setting = Setting::AllowOrigin;
    reason.suggestion = Some(match &nearest {
        _ if origin.as_str() == "file://" => Suggestion::advice(format!(
            "serve the page from a server; or, after reading its warning, set {} and add \"{origin}\" to {setting}",
            Setting::DangerouslyAllowNullOrigin,
        )),
        _ if origin.host().ends_with('.') && matches!(origin.scheme(), "http" | "https") => {
            Suggestion::advice(without_dot(origins, &origin, setting))
        }
        _ if development => Suggestion::advice(beside_this_machine(&origin, insecure)),
        _ if insecure => Suggestion::advice(format!(
            "serve the page over https; to allow it over http in spite of {}, set {} and add \"{origin}\" to {setting}",
            Setting::AllowCredentials,
            Setting::DangerouslyAllowInsecureOrigins,
        )),
        Some(nearest) if nearest.is_other_name_of_this_machine => Suggestion::advice(format!(
            "open the page at \"{}\", or add \"{origin}\" to {setting}",
            nearest.allowed
        )),
        _ => Suggestion::add(origin.as_str(), setting),
    });
    reason.nearest = nearest.map(|nearest| nearest.allowed);
}

/// Where a ready policy allows pages on this machine, a setter of lists replaces that rule, unless
/// the builder is taken first.
fn beside_this_machine(origin: &Origin, insecure: bool) -> String {
    if insecure {
        let (credentials, opt_in) =
            (Setting::AllowCredentials, Setting::DangerouslyAllowInsecureOrigins);
        format!(
            "open the page on this machine; to allow it over http in spite of {credentials}, write \
             `development().{opt_in}(true).allow_origin(\"{origin}\")`"
        )
    } else {
        format!("to allow it too, write `development().into_builder().allow_origin(\"{origin}\")`")
    }
}

/// A host that ends in a dot cannot be configured.
fn without_dot(origins: &Origins, origin: &Origin, setting: Setting) -> String {
    let text = origin.as_str();
    let meant = match text.rsplit_once(':') {
        Some((start, port)) if start.ends_with('.') => {
            format!("{}:{port}", start.trim_end_matches('.'))
        }
        _ => text.trim_end_matches('.').to_owned(),
    };
    let and_add = if nearest::is_allowed(origins, &meant) {
        String::new()
    } else {
        format!(", and add that to {setting}")
    };
    format!("open the page at \"{meant}\", without the dot{and_add}")
}

/// What rules that are no origins and no patterns said.
fn other_rules(origins: &Origins) -> Vec<String> {
    let Origins::Rules(rules) = origins else { return Vec::new() };
    let mut hints = Vec::new();
    #[cfg(feature = "regex")]
    hints.extend(regexes(rules.regexes.sources()));
    match rules.predicates.len() - usize::from(rules.is_development()) {
        0 => {}
        1 => hints.push("the predicate does not allow it".to_owned()),
        count => hints.push(format!("none of the {count} predicates allows it")),
    }
    hints
}

#[cfg(feature = "regex")]
fn regexes(sources: &[String]) -> Option<String> {
    const SHOWN: usize = 3;
    let shown = sources.iter().take(SHOWN).map(|source| {
        let source = source.chars().take(100).collect::<String>();
        crate::message::Quoted(&source).to_string()
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    match sources.len() {
        0 => None,
        1 => Some(format!("the regular expression {shown} does not match it")),
        count if count > SHOWN => {
            Some(format!("none of the {count} regular expressions ({shown}, …) matches it"))
        }
        _ => Some(format!("none of the regular expressions {shown} matches it")),
    }
}

fn explain_malformed_origin(reason: &mut Reason, policy: &Policy, value: &HeaderValue) {
    let Some(error) = short(value).and_then(|text| text.parse::<Origin>().err()) else { return };
    let Some(meant) = error.suggestion() else { return };
    let allowed = nearest::is_allowed(&policy.rules().origins, meant);
    let also = if allowed { ", which is allowed" } else { "" };
    let why = error.kind().reason();
    reason.hints.push(format!("it {why}; a browser would send \"{meant}\"{also}"));
    reason.nearest = allowed.then(|| meant.to_owned());
}

fn explain_method(reason: &mut Reason, policy: &Policy, value: &HeaderValue) {
    let setting = Setting::AllowMethods;
    let Some(method) = short(value) else { return };
    if is_forbidden_method(method.as_bytes()) {
        reason.hints.push("no page can send it".to_owned());
        return;
    }
    let rules = policy.rules();
    let wrong_case = standard_method_in_wrong_case(method);
    if wrong_case.is_some() {
        reason.hints.push("methods are case-sensitive".to_owned());
    }
    let wrong_case = wrong_case.map(|upper| NearestName {
        name: upper.to_owned(),
        allowed: rules.methods.allows(upper.as_bytes()),
    });
    reason.suggestion = Some(match wrong_case.or_else(|| nearest::method(rules, method)) {
        Some(NearestName { name, allowed: true }) => {
            reason.hints.push(format!("\"{name}\" is allowed"));
            reason.nearest = Some(name.clone());
            Suggestion::advice(format!("have the page send \"{name}\""))
        }
        Some(NearestName { name, allowed: false }) => {
            Suggestion::advice(format!("have the page send \"{name}\", and add that to {setting}"))
        }
        None => Suggestion::add(method, setting),
    });
}

fn explain_header(reason: &mut Reason, policy: &Policy, value: &HeaderValue) {
    let setting = Setting::AllowHeaders;
    if !can_be_listed(value) {
        reason.hints.push("no page can set it".to_owned());
        return;
    }
    let rules = policy.rules();
    let Some(name) = short(value).map(str::to_ascii_lowercase) else { return };
    if rules.headers.any {
        reason.hints.push(format!("`*` does not cover `{name}`"));
    }
    reason.suggestion = Some(match nearest::header(rules, &name) {
        Some(NearestName { name, allowed: true }) => {
            reason.hints.push(format!("\"{name}\" is allowed"));
            reason.nearest = Some(name.clone());
            Suggestion::advice(format!("have the page send \"{name}\""))
        }
        Some(NearestName { name: meant, allowed: false }) => {
            reason.hints.push(format!("a common header is \"{meant}\""));
            Suggestion::advice(format!("have the page send \"{meant}\", and add that to {setting}"))
        }
        None => Suggestion::add(&name, setting),
    });
}

fn can_be_listed(name: &HeaderValue) -> bool {
    let name = HeaderName::from_bytes(name.as_bytes());
    name.is_ok_and(|name| !is_cors_header(&name) && !is_forbidden_request_header(&name))
}

/// A text of the request, unless it is too long to be shown.
fn short(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().filter(|text| text.len() <= 200)
}
