//! Regular expressions over whole origins.

use super::error::PolicyErrorKind;
use crate::origin::Origin;
use regex::{RegexSet, RegexSetBuilder};
use regex_syntax::ast::{self, Ast, Visitor};

/// Matches if one of them does, each anchored at both ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regexes {
    sources: Vec<String>,
    anchored: Option<RegexSet>,
    /// Whether `http` origins that are not loopback match nothing.
    secure: bool,
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
        Ok(Self { sources: sources.to_vec(), anchored: Some(anchored), secure: false })
    }

    pub(super) fn sources(&self) -> &[String] {
        &self.sources
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// With credentials: what an expression matches cannot be known beforehand, so that the check
    /// for insecure origins, which patterns have when a policy is built, is made here.
    pub(super) fn require_secure(&mut self) {
        self.secure = true;
    }

    pub(super) fn matches(&self, origin: &Origin) -> bool {
        let allowed = !self.secure || origin.scheme() != "http" || origin.is_loopback();
        allowed && self.anchored.as_ref().is_some_and(|set| set.is_match(origin.as_str()))
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

/// What is wrong with one expression, before it is anchored.
pub(super) fn check(source: &str) -> Result<(), PolicyErrorKind> {
    let ast = ast::parse::Parser::new()
        .parse(source)
        .map_err(|error| PolicyErrorKind::Regex(error.kind().to_string()))?;
    if ast::visit(&ast, FindDot).is_err() {
        return Err(PolicyErrorKind::RegexUnescapedDot);
    }
    regex::Regex::new(&anchor(source)).map(drop).map_err(|error| failed(&error))
}

/// Whether an expression that `check` has let pass matches origins that nobody can have meant.
pub(super) fn matches_any_origin(source: &str) -> bool {
    const NOBODYS: [&str; 2] = ["https://qz7x.invalid", "https://0w-k.qz7x.invalid"];
    let compiled = regex::Regex::new(&anchor(source));
    compiled.is_ok_and(|regex| NOBODYS.iter().any(|origin| regex.is_match(origin)))
}

fn failed(error: &regex::Error) -> PolicyErrorKind {
    let text = match error {
        regex::Error::CompiledTooBig(_) => "it compiles to too large a program".to_owned(),
        // The message's last line says what; those before it draw where.
        other => other.to_string().lines().last().unwrap_or_default().to_owned(),
    };
    PolicyErrorKind::Regex(text)
}

struct FindDot;

impl Visitor for FindDot {
    type Output = ();
    type Err = ();

    fn finish(self) -> Result<(), ()> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        if matches!(ast, Ast::Dot(_)) { Err(()) } else { Ok(()) }
    }
}
