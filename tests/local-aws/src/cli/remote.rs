//! The subcommands that ask or change a running server, through its side door.

use std::io::{self, Write as _};

use jiff::SignedDuration;
use local_aws::Entry;
use local_aws::control::{Clock, FaultOrder, PREFIX};
use serde_json::Value;

use super::Failure;
use super::args::Control;
use super::credentials::variable;
use super::http::{Endpoint, exchange};

pub(crate) fn run(control: &Control, url: Option<&str>) -> Result<(), Failure> {
    let url = url
        .map(str::to_owned)
        .or_else(|| variable("LOCAL_AWS_URL"))
        .ok_or_else(|| {
            Failure::new(
                2,
                "local-aws: which server? Set LOCAL_AWS_URL or give --url",
            )
        })?;
    let server = Endpoint::parse(&url)?;
    let mut out = io::stdout();
    match control {
        Control::Code { user } => {
            let answer = ask(&server, "GET", &format!("code/{user}"), String::new())?;
            writeln!(out, "{}", answer["code"].as_str().unwrap_or_default())?;
        }
        Control::Clock { span } => {
            let answer = match span {
                None => ask(&server, "GET", "clock", String::new())?,
                Some(span) if span.is_zero() => post(&server, "clock", &Clock::Set(0))?,
                Some(span) => post(&server, "clock", &Clock::By(span.as_secs()))?,
            };
            writeln!(
                out,
                "{}",
                describe_clock(answer["offset"].as_i64().unwrap_or_default())
            )?;
        }
        Control::Journal { json } => {
            let answer = ask(&server, "GET", "journal", String::new())?;
            if *json {
                writeln!(out, "{answer}")?;
            } else {
                print_journal(&mut out, answer)?;
            }
        }
        Control::Fault {
            fault,
            next,
            action,
        } => {
            let order = FaultOrder {
                fault: fault.to_string(),
                action: action.clone(),
                next: *next,
            };
            post(&server, "fault", &order)?;
        }
        Control::EndSessions => {
            ask(&server, "POST", "end-sessions", String::new())?;
        }
    }
    Ok(())
}

fn describe_clock(offset: i64) -> String {
    let span = SignedDuration::from_secs(offset.abs());
    match offset {
        0 => "the server's clock is right".to_owned(),
        1.. => format!("the server's clock is {span:#} ahead"),
        _ => format!("the server's clock is {span:#} behind"),
    }
}

fn print_journal(out: &mut io::Stdout, answer: Value) -> Result<(), Failure> {
    let entries: Vec<Entry> = serde_json::from_value(answer).map_err(io::Error::other)?;
    for entry in entries {
        let Entry {
            service,
            action,
            region,
            status,
            outcome,
            ..
        } = &entry;
        let key = entry.access_key_id.as_deref().unwrap_or("-");
        write!(out, "{status} {outcome} {service} {action} {region} {key}")?;
        let details = [("serial", entry.serial_number), ("role", entry.role_arn)];
        for (name, value) in details {
            if let Some(value) = value {
                write!(out, " {name}={value}")?;
            }
        }
        if let Some(seconds) = entry.duration_seconds {
            write!(out, " duration={seconds}")?;
        }
        if let Some(fault) = entry.fault {
            write!(out, " fault={fault}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn post(server: &Endpoint, page: &str, body: &impl serde::Serialize) -> Result<Value, Failure> {
    let body = serde_json::to_string(body).map_err(io::Error::other)?;
    ask(server, "POST", page, body)
}

fn ask(server: &Endpoint, method: &str, page: &str, body: String) -> Result<Value, Failure> {
    let response =
        exchange(server, method, &format!("{PREFIX}{page}"), &[], body).map_err(|error| {
            Failure::new(
                1,
                format!("local-aws: no answer from {}: {error}", server.url()),
            )
        })?;
    let value: Value = serde_json::from_str(&response.body)
        .map_err(|_| Failure::new(1, format!("local-aws: {} is not local-aws", server.url())))?;
    match response.status {
        200 => Ok(value),
        _ => Err(Failure::new(
            1,
            format!(
                "local-aws: {}",
                value["error"].as_str().unwrap_or("refused")
            ),
        )),
    }
}
