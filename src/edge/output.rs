//! What mfaexec says: errors and notices on stderr, results on stdout. A reader that is gone is
//! no reason to fail, so nothing in here panics.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use anstyle::{AnsiColor, Style};
use log::{LevelFilter, Log, Metadata, Record};
use terminal_size::{Width, terminal_size_of};

use crate::edge::own_defaults::own_defaults;
use crate::edge::process::exec;
use crate::edge::process::inherited::stdout_was_closed;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::model::own_defaults::Colours;
use crate::model::time::Timestamp;

/// The voice of one invocation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ui {
    quiet: bool,
    verbose: bool,
    voice: Voice,
}

/// Where mfaexec speaks to a person.
#[derive(Debug, Clone, Copy)]
enum Voice {
    Stderr,
    /// The terminal, if there is one: stderr is read by a program, which may log it.
    Terminal,
}

impl Ui {
    /// `quiet` silences notices; `verbose` shows mfaexec's own events: 1 what is done and why,
    /// 2 the details. Other crates' events are never shown: the SDK's carry secrets.
    pub(crate) fn new(quiet: bool, verbose: u8) -> Self {
        let level = match verbose {
            0 => LevelFilter::Off,
            1 => LevelFilter::Info,
            _ => LevelFilter::Debug,
        };
        // It fails where it was set before: that one is the same.
        if level != LevelFilter::Off && log::set_logger(&Events).is_ok() {
            log::set_max_level(level);
        }
        let verbose = verbose > 0;
        Self {
            quiet,
            verbose,
            voice: Voice::Stderr,
        }
    }

    /// The same for a run whose stderr a program reads: nothing but errors goes there, unless more
    /// is wanted.
    pub(crate) fn for_program(self) -> Self {
        match self.verbose {
            true => self,
            false => Self {
                quiet: true,
                voice: Voice::Terminal,
                ..self
            },
        }
    }

    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Whether someone wants to know more.
    pub(crate) fn is_verbose(self) -> bool {
        self.verbose
    }

    /// Says what a person has to know to answer, also where notices are not wanted.
    pub(crate) fn say(&self, text: &str) {
        let line = format!("mfaexec: {}", printable(text));
        match self.voice {
            Voice::Stderr => to_stderr(&line),
            Voice::Terminal => to_terminal(&line),
        }
    }

    /// Says something on stderr that is no failure.
    pub(crate) fn notice(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }
}

/// mfaexec's own events, each as a line like its other ones: `mfaexec: what`.
struct Events;

impl Log for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("mfaexec")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let text = record.args().to_string();
            to_stderr(&format!("mfaexec: {}", printable(&text)));
        }
    }

    fn flush(&self) {}
}

pub(crate) fn error(error: &Error) {
    let text = error.to_string();
    let (what, rest) = text.split_once(':').unwrap_or(("mfaexec", &text));
    if has_colours(io::stderr().is_terminal()) {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        to_stderr(&format!("{style}{what}:{style:#}{rest}"));
    } else {
        to_stderr(&text);
    }
}

/// Whether a line on stderr can be drawn again and again. Emacs' shell, as an example, shows a carriage
/// return as `^M`, and calls itself dumb.
pub(crate) fn can_draw() -> bool {
    io::stderr().is_terminal() && !is_dumb()
}

/// Whether notices come to a terminal.
pub(crate) fn notices_on_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether what is printed on stdout may have colours.
pub(crate) fn colours_on_stdout() -> bool {
    has_colours(io::stdout().is_terminal())
}

/// Where no one minds (no-color.org), on a terminal only that has some, or as the user's own file says.
fn has_colours(is_terminal: bool) -> bool {
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return false;
    }
    let own = own_defaults(&exec::environment()).ok();
    let own = own.and_then(|own| own.colours.as_ref());
    match own.map_or(Colours::Auto, |own| own.value) {
        Colours::Auto => is_terminal && !is_dumb(),
        Colours::Always => true,
        Colours::Never => false,
    }
}

/// Whether the terminal says that it cannot move the cursor.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}

/// The columns of the terminal that stdout is, if it is one.
pub(crate) fn width_of_stdout() -> Option<usize> {
    terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns))
}

/// Whether a terminal's prompt may have colours, wherever this process writes to.
pub(crate) fn colours_in_prompt() -> bool {
    has_colours(true)
}

/// Whether stdin and stderr are terminals: by these shells tell whether they talk to a person.
pub(crate) fn stdin_and_stderr_are_terminals() -> (bool, bool) {
    (io::stdin().is_terminal(), io::stderr().is_terminal())
}

/// Whether what is printed on stdout would be seen.
pub(crate) fn stdout_is_seen() -> bool {
    io::stdout().is_terminal()
}

/// A moment in the time of this place, as short as it is clear: `18:20`, on another day than `now`
/// with the day or the date.
pub(crate) fn local_time(moment: Timestamp, now: Timestamp) -> String {
    let here = |moment: Timestamp| {
        let seconds = i64::try_from(moment.0).ok()?;
        let moment = jiff::Timestamp::from_second(seconds).ok()?;
        Some(moment.to_zoned(jiff::tz::TimeZone::system()))
    };
    match (here(moment), here(now)) {
        (Some(moment), Some(now)) if moment.date() == now.date() => {
            moment.strftime("%H:%M").to_string()
        }
        // A day of the week says which day only where it is a near one.
        (Some(moment), Some(now)) if days_apart(&moment, &now) <= 6 => {
            moment.strftime("%a %H:%M").to_string()
        }
        (Some(moment), _) => moment.strftime("%Y-%m-%d %H:%M").to_string(),
        (None, _) => moment.to_string(),
    }
}

fn days_apart(a: &jiff::Zoned, b: &jiff::Zoned) -> i32 {
    let apart = a.date().since(b.date());
    apart.map_or(i32::MAX, |span| span.get_days().abs())
}

/// Writes a result to stdout.
///
/// # Errors
/// stdout is closed or full.
pub(crate) fn print(text: &str) -> Result<()> {
    if !stdout_was_closed() && output(text) {
        return Ok(());
    }
    Err(Error::new(
        "cannot write the result",
        "stdout is closed or full",
        "open it",
    ))
}

/// Prints a result on stdout; false if it could not be written. A reader that has seen enough
/// (`| head`) is no failure.
pub(crate) fn output(text: &str) -> bool {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::BrokenPipe,
    }
}

fn to_stderr(line: &str) {
    // There is no place left to tell that stderr is closed.
    let _ = writeln!(Stderr, "{line}");
}

fn to_terminal(line: &str) {
    let terminal = OpenOptions::new().write(true).open("/dev/tty");
    if let Ok(mut terminal) = terminal {
        // Without a terminal there is no one to tell.
        let _ = terminal.write_all(format!("{line}\r\n").as_bytes());
    }
}

/// Lines that wait until the question on the terminal is over.
static HELD_BACK: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// stderr, but where a question is open: a line in the middle of it would look like a part of it, and
/// the question would not be drawn again.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match HELD_BACK.lock() {
            Ok(mut held) if held.is_some() => {
                held.get_or_insert_default().extend_from_slice(bytes);
                Ok(bytes.len())
            }
            _ => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is said from now on waits, if it would come to a terminal.
pub(crate) fn hold_back() {
    if let Ok(mut held) = HELD_BACK.lock()
        && io::stderr().is_terminal()
    {
        held.get_or_insert_default();
    }
}

/// What has waited is said.
pub(crate) fn let_go() {
    let held = HELD_BACK.lock().ok().and_then(|mut held| held.take());
    // There is no place left to tell that stderr is closed.
    let _ = io::stderr().write_all(&held.unwrap_or_default());
}
