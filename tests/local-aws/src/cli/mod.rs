//! The command line: serve, ask and change a running server, and a small client for the story.
//!
//! Under the name `aws` the binary is that client alone, so that a symlink of that name takes the place
//! of the AWS CLI where there is none.

mod args;
mod client;
mod configure;
mod credentials;
mod http;
mod output;
mod remote;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use local_aws::{Account, Server};

use args::{Aws, Command, LocalAws, Serve};

/// What ended a command, and with which exit status.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: u8,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: u8, message: impl Into<String>) -> Failure {
        Failure {
            status,
            message: message.into(),
        }
    }
}

/// For everything that is not the imitated CLI's own affair.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::new(1, format!("local-aws: {error}"))
    }
}

pub(crate) fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    let as_aws = args
        .first()
        .is_some_and(|name| Path::new(name).file_name() == Some("aws".as_ref()));
    let result = if as_aws {
        // The AWS CLI's status for words it does not understand.
        Aws::try_parse_from(args)
            .map_err(|error| (252, error))
            .map(|aws| client::run(&aws.service, &aws.common))
    } else {
        LocalAws::try_parse_from(args)
            .map_err(|error| (2, error))
            .map(|local| command(&local.command, &local))
    };
    match result {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            // No one is left to tell when stderr is gone.
            let _ = writeln!(io::stderr(), "{}", failure.message);
            ExitCode::from(failure.status)
        }
        Err((status, error)) => {
            let _ = error.print();
            if error.use_stderr() {
                ExitCode::from(status)
            } else {
                ExitCode::SUCCESS
            }
        }
    }
}

fn command(command: &Command, local: &LocalAws) -> Result<(), Failure> {
    match command {
        Command::Serve(options) => serve(options),
        Command::Control(control) => remote::run(control, local.url.as_deref()),
        Command::Aws(service) => client::run(service, &local.common),
    }
}

fn serve(options: &Serve) -> Result<(), Failure> {
    let account = match &options.account {
        None => Account::story(),
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Failure::new(1, format!("local-aws: {}: {error}", file.display()))
            })?;
            Account::from_toml(&text).map_err(|error| {
                Failure::new(1, format!("local-aws: {}: {error}", file.display()))
            })?
        }
    };
    let server = Server::start_at(account, ([127, 0, 0, 1], options.port).into())?;
    let mut stdout = io::stdout();
    writeln!(stdout, "local-aws listening on {}", server.url())?;
    stdout.flush()?;
    server.wait();
    Ok(())
}
