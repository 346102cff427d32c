//! The CORS protocol: classify a request, decide on it, answer it. No tower: this is what raw
//! hyper uses.
//!
//! 1. [`RequestKind`] says whether a request is not CORS, actual, or a preflight.
//! 2. [`Policy::evaluate`](crate::Policy::evaluate) matches its origin; the [`Evaluation`] holds all
//!    that follows from it.
//! 3. [`Evaluation::decision`] says what the policy says of the request: not CORS, granted, or
//!    refused with a [`Refusal`]. Nothing is computed for it unless it is asked for.
//! 4. [`Evaluation::into_action`] says what to do: send an answer, or forward the request and apply
//!    a [`Decoration`] to the response.
//!
//! Source: [Fetch, HTTP-CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol).

mod decision;
mod decoration;
mod evaluation;
mod preflight;
mod refusal;
mod request;
mod same_origin;
mod target;
mod vary;

pub use self::{
    decision::Decision,
    decoration::Decoration,
    evaluation::{Action, Evaluation},
    refusal::Refusal,
    request::RequestKind,
};
