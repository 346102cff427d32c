//! Regular expressions over whole origins.
//!
//! What an expression matches is analyzed when the policy is built: it is intersected, as an
//! automaton, with the grammar of origins. So an expression that can match no origin is found, and
//! so are the hosts that one with credentials would let in. The work is bounded. Beyond the bound an
//! expression with credentials is an error, and one without is used as it is.

mod automaton;
mod grammar;
mod literal;
mod product;
mod suffix;
mod suggestion;
#[cfg(test)]
mod tests;

use self::{
    automaton::{Shared, TooComplex},
    grammar::Kind,
    product::Product,
    suffix::Suffixes,
};
use super::error::PolicyErrorKind;
use crate::origin::{Origin, is_special_use};
use regex::{Regex, RegexSet, RegexSetBuilder};
use regex_syntax::ast::{self, Ast, RepetitionKind, Visitor};
use std::{collections::BTreeSet, convert::Infallible};

/// Matches if one of them does, each anchored at both ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regexes {
    sources: Vec<String>,
    anchored: Option<RegexSet>,
}

impl Regexes {
    /// Compiles what `check` has let pass.
    pub(super) fn new(sources: &[String]) -> Result<Self, PolicyErrorKind> {
        if sources.is_empty() {
            return Ok(Self::default());
        }
        let anchored = RegexSetBuilder::new(sources.iter().map(|source| anchor(source)))
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self { sources: sources.to_vec(), anchored: Some(anchored) })
    }

    pub(crate) fn sources(&self) -> &[String] {
        &self.sources
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    pub(super) fn matches(&self, origin: &Origin) -> bool {
        self.anchored.as_ref().is_some_and(|set| set.is_match(origin.as_str()))
    }
}

/// What the expressions of a policy may match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// With credentials: plain http only from loopback hosts.
    pub(super) only_secure: bool,
    /// With credentials: only hosts beneath domains that the expression names.
    pub(super) only_known_domains: bool,
    /// `null` may be meant.
    pub(super) allow_null: bool,
    /// Hosts beneath any domain are meant, so that `.*` may be, too.
    pub(super) any_domain: bool,
    /// With credentials: what more is a public suffix than what has one label only.
    pub(super) is_public_suffix: Option<fn(&str) -> bool>,
}

/// What is wrong with an expression, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RegexError {
    pub(super) kind: PolicyErrorKind,
    pub(super) suggestion: Option<String>,
}

/// Checks one expression, before it is anchored.
pub(super) fn check(source: &str, limits: Limits) -> Result<(), RegexError> {
    evaluate(source, limits).map_err(|kind| {
        let suggestion = suggestion::suggestions(source, &kind)
            .into_iter()
            .find(|suggestion| evaluate(suggestion, limits).is_ok());
        RegexError { kind, suggestion }
    })
}

fn evaluate(source: &str, limits: Limits) -> Result<(), PolicyErrorKind> {
    // Where `null` is allowed, it is so without an expression, too.
    if limits.allow_null && literal::is_null(source) {
        return Ok(());
    }
    if let Some(kind) = literal::wrong(source) {
        return Err(PolicyErrorKind::Origin(kind));
    }
    let ast = ast::parse::Parser::new()
        .parse(source)
        .map_err(|error| PolicyErrorKind::Regex { why: error.kind().to_string() })?;
    let Ok(dots) = ast::visit(&ast, Dots::default());
    if dots.all > dots.repeated {
        return Err(PolicyErrorKind::RegexUnescapedDot);
    }
    let anchored = anchor(source);
    let regex = Regex::new(&anchored).map_err(|error| failed(&error))?;
    let automaton = Shared::new(&anchored);
    if dots.repeated > 0 && !limits.any_domain {
        // Where that is wrong with the domains, it says more.
        let domains = automaton.map(|automaton| check_domains(&automaton, limits, &regex));
        return Err(match domains {
            Ok(Err(kind @ PolicyErrorKind::CredentialsWithUnknownDomains { .. })) => kind,
            _ => PolicyErrorKind::RegexUnescapedDot,
        });
    }
    match automaton {
        Ok(automaton) => {
            check_matches(&automaton, limits)?;
            check_domains(&automaton, limits, &regex)
        }
        Err(TooComplex) if limits.only_known_domains => Err(PolicyErrorKind::RegexTooComplex),
        Err(TooComplex) => Ok(()),
    }
}

/// The group keeps `a|b` together. It cannot be closed from within: `check` parses the source
/// alone first, where a stray parenthesis is an error.
fn anchor(source: &str) -> String {
    let anchored = format!(r"\A(?:{source})\z");
    if ast::parse::Parser::new().parse(&anchored).is_ok() {
        return anchored;
    }
    // Under `(?x)` the source may end in a comment, which swallows the end of the group; a
    // line break ends the comment, and means nothing else there.
    format!("\\A(?:{source}\n)\\z")
}

/// Whether it matches any origin that may be allowed.
fn check_matches(expression: &Shared, limits: Limits) -> Result<(), PolicyErrorKind> {
    // Too complex to say: an expression that never matches harms nobody but its author.
    let may_match = |kind: &Kind| product::intersects(expression, kind).unwrap_or(true);
    if !may_match(&grammar::ORIGIN) {
        return Err(if may_match(&grammar::DOTTED) {
            PolicyErrorKind::RegexMatchesTrailingDot
        } else {
            PolicyErrorKind::RegexMatchesNoOrigin
        });
    }
    if limits.only_secure && !may_match(&grammar::SECURE) {
        return Err(PolicyErrorKind::CredentialsWithInsecureOrigin);
    }
    Ok(())
}

/// Whether all hosts that it matches end in one of few domains.
fn check_domains(
    expression: &Shared,
    limits: Limits,
    regex: &Regex,
) -> Result<(), PolicyErrorKind> {
    if !limits.only_known_domains {
        return Ok(());
    }
    let too_complex = |TooComplex| PolicyErrorKind::RegexTooComplex;
    let product = Product::new(expression, &grammar::WEB).map_err(too_complex)?;
    if let Suffixes::TooMany(some) = suffix::suffixes(&product, suffix::is_domain) {
        let example = example(regex, &some);
        return Err(PolicyErrorKind::CredentialsWithUnknownDomains { example });
    }
    if let Some(is_public) = limits.is_public_suffix {
        let is_public = |domain: &str| !is_special_use(domain.as_bytes()) && is_public(domain);
        if suffix::varies_beneath(&product, is_public) {
            return Err(PolicyErrorKind::CredentialsWithPublicSuffix);
        }
    }
    Ok(())
}

/// An origin that shows what is wrong, if an easy one is found.
fn example(regex: &Regex, suffixes: &BTreeSet<String>) -> Option<String> {
    let mut suffixes = suffixes.iter().map(String::as_str);
    let first = suffixes.next()?;
    let common = suffixes.fold(first, |common, suffix| {
        let shared = common.bytes().rev().zip(suffix.bytes().rev());
        // Hosts are in ASCII, so any offset is one of a character.
        &common[common.len() - shared.take_while(|(a, b)| a == b).count()..]
    });
    let hosts = ["evil.com", "evil.example", "evil.net", "evil.org", "evil.io", "evil.dev"];
    let hosts = hosts.map(str::to_owned).into_iter().chain([format!("evil{common}")]);
    hosts.map(|host| format!("https://{host}")).find(|origin| regex.is_match(origin))
}

fn failed(error: &regex::Error) -> PolicyErrorKind {
    let text = match error {
        regex::Error::CompiledTooBig(_) => "it compiles to too large a program".to_owned(),
        // The message's last line says what; those before it draw where.
        other => other.to_string().lines().last().unwrap_or_default().to_owned(),
    };
    PolicyErrorKind::Regex { why: text }
}

/// How many unescaped dots an expression has.
#[derive(Clone, Copy, Debug, Default)]
struct Dots {
    all: usize,
    /// As in `.*` or `.+`, which nobody writes for a literal dot.
    repeated: usize,
}

impl Visitor for Dots {
    type Output = Self;
    type Err = Infallible;

    fn finish(self) -> Result<Self, Infallible> {
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Infallible> {
        match ast {
            Ast::Dot(_) => self.all += 1,
            Ast::Repetition(repetition) => {
                let is_dot = matches!(*repetition.ast, Ast::Dot(_));
                let is_optional = repetition.op.kind == RepetitionKind::ZeroOrOne;
                self.repeated += usize::from(is_dot && !is_optional);
            }
            _ => {}
        }
        Ok(())
    }
}
