//! `cors-doctor probe`: a simulated browser over a real connection.

mod certificate;
mod client;
mod connection;
mod json;
pub(crate) mod place;
mod plan;
mod remarks;
mod text;

use std::future::Future;
use std::io;

use http::HeaderName;
use http_body_util::Full;
use tower_browser::checkup::{Checkup, Finding, Kind, Report, Step};
use tower_browser::{Browser, Fetch, Reason};

use self::client::{Client, Settings, TooMany};
use crate::check::failed;
use crate::cli::{ProbeArguments, header};
use crate::output::{Output, Status};

/// The most requests that one probe sends.
const MOST_REQUESTS: usize = 12;

/// Runs the subcommand.
pub fn run(arguments: &ProbeArguments, output: &mut Output) -> Status {
    let checkup = match checkup(arguments) {
        Ok(checkup) => checkup,
        Err(error) => return failed(&error, arguments.json, output),
    };
    let probed = if arguments.dry_run {
        block_on(plan::run(checkup)).map(|report| {
            if let Some(error) = of_the_command(&report) {
                return failed(&error, arguments.json, output);
            }
            if arguments.json {
                output.json(&json::of_plan(&report));
            } else {
                text::print_plan(&report, output);
            }
            Status::Well
        })
    } else {
        probe(checkup, arguments, output)
    };
    probed.unwrap_or_else(|error| failed(&error.to_string(), arguments.json, output))
}

fn probe(checkup: Checkup, arguments: &ProbeArguments, output: &mut Output) -> io::Result<Status> {
    let client = Client::new(&Settings {
        ca: arguments.ca.as_deref(),
        insecure: arguments.insecure,
        http1: arguments.http1,
        timeout: arguments.timeout,
        most: MOST_REQUESTS,
        progress: output.shows_progress(),
    })?;
    let versions = client.versions();
    let report = block_on(checkup.run_with(client, Full::new))?;
    let versions = versions.get();
    let verdict = Verdict::of(&report, arguments);
    if arguments.json {
        output.json(&json::of_report(&report, &versions, &verdict));
    } else {
        text::print_report(&report, &versions, &verdict, arguments, output);
    }
    Ok(verdict.status)
}

/// The fetch that the arguments describe, and what else to ask.
fn checkup(arguments: &ProbeArguments) -> Result<Checkup, String> {
    if let Some(error) = place::without_scheme(&arguments.url) {
        return Err(error);
    }
    if let Some(name) = arguments.read.iter().find(|name| name.parse::<HeaderName>().is_err()) {
        return Err(format!("--read: {name:?} is not a valid header name"));
    }
    // As browsers do today. As over HTTP/2, the request carries its whole URL, which the client needs.
    let browser = Browser::new().http2(true).wildcard_covers_authorization(true);
    for cookie in &arguments.cookie {
        let attributes =
            if arguments.url.starts_with("https:") { "; Secure; SameSite=None" } else { "" };
        if !cookie.contains('=')
            || !browser.set_cookie(&arguments.url, &format!("{cookie}{attributes}"))
        {
            return Err(format!("--cookie: {cookie:?} is not a valid cookie; write NAME=VALUE"));
        }
    }
    let page = if arguments.page == "null" {
        browser.opaque_page()
    } else {
        browser.page(&arguments.page)
    };
    let fetch: Fetch = page
        .fetch(&arguments.url)
        .method(&arguments.method)
        .credentials(arguments.credentials.into());
    let fetch = arguments
        .header
        .iter()
        .map(|text| header(text))
        .fold(fetch, |fetch, (name, value)| fetch.header(name, value));
    let fetch = match &arguments.data {
        Some(data) => fetch.body(data.as_str()),
        None => fetch,
    };
    let path = arguments.url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let missing = format!("{path}/cors-doctor-asks-for-no-such-path");
    let checkup = Checkup::of(fetch).preflight(false).missing(missing);
    let checkup = arguments.read.iter().fold(checkup, Checkup::reads);
    Ok(if arguments.only { checkup.only() } else { checkup })
}

/// What a probe comes to.
struct Verdict {
    status: Status,
    /// Why no verdict is possible.
    error: Option<String>,
    /// What blocks the page, now or later.
    findings: Vec<Finding>,
    /// What is odd and blocks nothing.
    notes: Vec<Finding>,
    remarks: Vec<String>,
}

impl Verdict {
    fn of(report: &Report, arguments: &ProbeArguments) -> Self {
        let remarks = remarks::of(report, arguments);
        if let Some(error) = of_the_command(report).or_else(|| of_the_connection(report)) {
            let (findings, notes) = (Vec::new(), Vec::new());
            return Self { status: Status::Failed, error: Some(error), findings, notes, remarks };
        }
        let blocked = report.steps().first().is_some_and(|step| step.blocked().is_some());
        let (notes, findings): (Vec<Finding>, Vec<Finding>) = report
            .findings()
            .iter()
            .cloned()
            .partition(|finding| is_harmless(finding.kind()) && !blocked);
        let status = if findings.is_empty() { Status::Well } else { Status::Found };
        Self { status, error: None, findings, notes, remarks }
    }
}

/// Whether a page does not notice it.
fn is_harmless(kind: Kind) -> bool {
    matches!(kind, Kind::TwoLayers | Kind::MaxAge)
}

/// What is wrong with the arguments, which the simulated browser knows best.
fn of_the_command(report: &Report) -> Option<String> {
    let reason = report.steps().first()?.blocked()?.reason();
    let is_of_the_command = matches!(
        reason,
        Reason::InvalidPage { .. }
            | Reason::InvalidUrl { .. }
            | Reason::UrlWithCredentials { .. }
            | Reason::UnsupportedScheme { .. }
            | Reason::InvalidMethod { .. }
            | Reason::ForbiddenMethod { .. }
            | Reason::InvalidHeader { .. }
            | Reason::BodyNotAllowed { .. }
    );
    is_of_the_command.then(|| match reason {
        Reason::InvalidPage { url, .. } => format!("--page: {}", place::without_origin(url)),
        _ => format!("{reason}; {}", reason.suggestion()),
    })
}

/// Why there was no answer to anything.
fn of_the_connection(report: &Report) -> Option<String> {
    let blocked = report.steps().first()?.blocked()?;
    let Reason::Service { error, .. } = blocked.reason() else { return None };
    // A preflight without an answer where a `GET` has one is the server's fault, and so is a circle.
    let is_answered = |step: &Step| step.wire().iter().any(|it| it.status().is_some());
    if error.is::<TooMany>() || report.steps().iter().skip(1).any(is_answered) {
        return None;
    }
    Some(connection::describe(error.as_ref(), blocked))
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(future))
}
