//! The program that opens a browser gets the address of a page on this machine, and its page sends the
//! first who asks on to the link, if that is a process of this user.

mod handover;
mod openers;
mod peer;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use secrecy::SecretString;

use self::handover::{Handover, HandoverOutcome};
use crate::edge::browser::cannot;
use crate::edge::output::Ui;
use crate::edge::process::subprocess::without_secrets;
use crate::error::Result;
use crate::model::environment::Environment;

/// How long a browser may take to start.
const BROWSER_START_TIME: Duration = Duration::from_secs(60);

/// Makes sure that there is a program that opens a browser, and a browser that can be seen.
///
/// # Errors
/// There is none.
pub(crate) fn check(env: &Environment) -> Result<()> {
    if !peer::can_be_told() {
        return Err(cannot("this system does not tell who asks for a link"));
    }
    if !openers::can_be_seen(env) {
        let cause = "no display: none of DISPLAY, WAYLAND_DISPLAY and BROWSER is set";
        return Err(cannot(cause));
    }
    match openers::commands("http://127.0.0.1/", env) {
        commands if commands.is_empty() => Err(cannot(
            "no absolute directory of PATH has a program that opens one, such as xdg-open, and \
             BROWSER names none",
        )),
        _ => Ok(()),
    }
}

/// Opens the link in the browser, and waits until the browser has fetched it.
///
/// # Errors
/// No browser did.
pub(crate) fn open(link: &SecretString, env: &Environment, ui: Ui) -> Result<()> {
    let until = Instant::now() + BROWSER_START_TIME;
    let handover = Handover::new().map_err(|cause| cannot(&cause))?;
    let mut failures = Vec::new();
    for mut command in openers::commands(&handover.address(), env) {
        let program = command.get_program().to_string_lossy().into_owned();
        log::debug!("opening a browser with {program}");
        let started = start(&mut command);
        let outcome = started
            .map_err(|error| error.to_string())
            .and_then(|child| handover.serve(link, child, until, || tell_waiting(ui)));
        match outcome {
            Ok(HandoverOutcome::Fetched) => return Ok(()),
            Ok(HandoverOutcome::NoOne) => {
                let seconds = BROWSER_START_TIME.as_secs();
                return Err(cannot(&format!(
                    "{program} was started, and no browser of yours asked for the link within \
                     {seconds} s"
                )));
            }
            Ok(HandoverOutcome::Failed(code)) => {
                failures.push(format!("{program} failed with exit code {code}"));
            }
            Err(cause) => failures.push(format!("{program}: {cause}")),
        }
    }
    Err(cannot(&failures.join("; ")))
}

fn tell_waiting(ui: Ui) {
    ui.notice(
        "waiting for the browser, for a minute at most; ^C ends this, and mfaexec console --print \
         prints the link",
    );
}

/// In a group of its own: ^C here is not meant for the browser, which stays when this process is gone.
fn start(command: &mut Command) -> std::io::Result<Child> {
    use std::os::unix::process::CommandExt;
    let mut own = without_secrets(Command::new(command.get_program()));
    own.args(command.get_args())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    own.spawn()
}
