//! Before something is changed that lasts, a person says yes.

use secrecy::ExposeSecret;

use crate::edge::output::{Ui, print};
use crate::edge::prompt::reply::Reply;
use crate::edge::prompt::terminal::{Ask, Terminal};
use crate::edge::signals::Wake;
use crate::edge::store::cache::Cache;
use crate::error::{Error, Result};
use crate::escape::printable;
use crate::options::ChangeChoice;
use crate::sign_in::ask::turn::take_turn;

/// What is going to be done, and how a person can agree.
pub(crate) struct Intention<'a> {
    /// One line for each thing that will be done, in order.
    pub(crate) steps: &'a [String],
    /// The question without its end: `Rotate the key of testuser?`
    pub(crate) question: &'a str,
}

/// Whether to go on. Shows the steps; then `--dry-run` ends here, `--yes` goes on, and otherwise a person
/// is asked.
///
/// # Errors
/// No one can be asked, or the answer was no.
pub(crate) fn agree(
    intention: &Intention<'_>,
    choice: ChangeChoice,
    cache: &Cache,
    ui: Ui,
) -> Result<bool> {
    let lines = intention.steps.iter().map(|step| printable(step) + "\n");
    let lines: String = lines.collect();
    if choice.dry_run {
        print(&lines)?;
        ui.notice("nothing was done: this is what would be done");
        return Ok(false);
    }
    for step in intention.steps {
        ui.notice(step);
    }
    if choice.yes {
        return Ok(true);
    }
    ask(intention.question, cache, ui).map(|()| true)
}

fn ask(question: &str, cache: &Cache, ui: Ui) -> Result<()> {
    let refuse = |cause: &str| {
        Err(Error::new(
            "nothing was changed",
            cause,
            "answer y on a terminal, or say --yes; --dry-run shows what would be done",
        ))
    };
    let (mut terminal, mut wake) = match (Terminal::open(), Wake::new()) {
        (Ok(terminal), Ok(wake)) => (terminal, wake),
        (Err(cause), _) => return refuse(&cause),
        (_, Err(error)) => return refuse(&error.to_string()),
    };
    take_turn(&mut terminal, cache, ui)?;
    let question = format!("{} [y/N] ", printable(question));
    let until = Ask::openly(&question).until;
    loop {
        let ask = Ask::openly(&question);
        let cause = match terminal.ask(Ask { until, ..ask }, &mut wake) {
            Ok(Reply::Line(line)) => match line.expose_secret().trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(()),
                "" | "n" | "no" => "the answer was no".to_owned(),
                _ => continue,
            },
            Ok(Reply::Cancelled | Reply::Interrupted) => "the question was not answered".to_owned(),
            Ok(Reply::TimedOut) => "no one answered the question for 5 minutes".to_owned(),
            Err(cause) => cause,
        };
        return refuse(&cause);
    }
}
