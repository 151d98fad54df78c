//! The side door of the server: paths below `/_local/` on the same port, for the binary's
//! subcommands. Never signed; the server listens on loopback only, and a web page has no business
//! here, so a request with an `Origin` or a foreign `Host` is refused.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fault::{Armed, Fault};
use crate::request::Request;
use crate::state::State;

pub const PREFIX: &str = "/_local/";

/// Moves the clock: to an offset from real time, or by a span.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    Set(i64),
    By(i64),
}

/// Switches a fault on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultOrder {
    pub fault: String,
    pub action: Option<String>,
    pub next: u32,
}

/// A status and a JSON document.
pub(crate) fn handle(state: &mut State, request: &Request) -> (u16, String) {
    if request.header("origin").is_some() || !request.header("host").is_some_and(is_loopback) {
        return refuse(403, "only for this machine's own programs");
    }
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
    match (request.method.as_str(), path) {
        ("GET", "clock") => ok(&json!({ "offset": state.offset })),
        ("POST", "clock") => match serde_json::from_slice(&request.body) {
            Ok(change) => {
                move_clock(state, change);
                ok(&json!({ "offset": state.offset }))
            }
            Err(error) => refuse(400, &error.to_string()),
        },
        ("GET", "journal") => ok(&json!(state.journal)),
        ("DELETE", "journal") => {
            state.journal.clear();
            ok(&json!({}))
        }
        ("POST", "fault") => match arm(state, &request.body) {
            Ok(()) => ok(&json!({})),
            Err(error) => refuse(400, &error),
        },
        ("DELETE", "fault") => {
            state.faults.clear();
            ok(&json!({}))
        }
        ("POST", "end-sessions") => {
            end_sessions(state);
            ok(&json!({}))
        }
        ("GET", other) => match other
            .strip_prefix("code/")
            .and_then(|user| state.code(user))
        {
            Some(code) => ok(&json!({ "code": code })),
            None => refuse(404, "no such page, or no such user with a TOTP device"),
        },
        _ => refuse(404, "no such page"),
    }
}

pub(crate) fn move_clock(state: &mut State, change: Clock) {
    state.offset = match change {
        Clock::Set(offset) => offset,
        Clock::By(seconds) => state.offset + seconds,
    };
}

/// Ends every session now, without the clock having to move.
pub(crate) fn end_sessions(state: &mut State) {
    let now = state.now();
    for session in state.sessions.values_mut() {
        session.expires = session.expires.min(now);
    }
}

fn arm(state: &mut State, body: &[u8]) -> Result<(), String> {
    let order: FaultOrder = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let fault: Fault = order.fault.parse()?;
    state.faults.push(Armed {
        fault,
        action: order.action,
        left: order.next,
    });
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

fn ok(value: &serde_json::Value) -> (u16, String) {
    (200, value.to_string())
}

fn refuse(status: u16, why: &str) -> (u16, String) {
    (status, json!({ "error": why }).to_string())
}
