//! The simulated browser against servers written by hand: each rule of the Fetch standard that it
//! follows, shown by what crosses the wire and what the script gets. None of this crate's own
//! middleware is involved.

mod any_input;
mod beyond_fetch;
mod cookies;
mod cors_check;
mod culprits;
mod http_cache;
mod local_network;
mod preflight_due;
mod preflights;
mod redirects;
mod rejected;
mod request_headers;
mod responses;
mod services;
mod strict_transport;
mod support;
