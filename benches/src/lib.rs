//! What is measured, for all the measuring programs: the requests, the policies, and what answers
//! them.
//!
//! A [`Scenario`] is one request under one policy. [`Scenario::call`] makes of it, for each
//! [`Subject`], a function that does one whole call: build the request, call the service, poll its
//! future to the end, drop the response.

mod config;
mod drive;
pub mod hand;
pub mod report;
mod request;
mod scenario;
mod subject;

pub use self::{
    config::{Config, Origins},
    request::Template,
    scenario::{LARGE, Rule, SCENARIOS, Scenario, million, million_patterns},
    subject::{Call, Subject},
};
