//! A simulated browser.
