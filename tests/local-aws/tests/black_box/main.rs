//! The stand-in from outside, over HTTP: what each call answers, and with which words.
//!
//! The client in `support` signs with the crate's own SigV4, which proves nothing about it:
//! botocore does that, in tests/third-party.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod binary;
mod codes;
mod devices;
mod errors;
mod faults;
mod federation;
mod journal;
mod keys;
mod roles;
mod server;
mod sessions;
mod support;
