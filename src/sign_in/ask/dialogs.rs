//! Programs that ask for a code where there is no terminal, or where someone prefers them.

use std::path::PathBuf;

use crate::edge::process::lookup;
use crate::edge::prompt::dialog;
use crate::edge::prompt::pinentry::{self, Surroundings};
use crate::edge::prompt::reply::{QuestionText, Reply};
use crate::edge::prompt::terminal::Terminal;
use crate::edge::signals::Wake;
use crate::edge::system::{USUAL_DIALOGS, no_window};
use crate::error::{Error, Kind};
use crate::model::environment::Environment;
use crate::model::prompt::method::{Dialog, DialogKind, names_in_words};
use crate::model::prompt::question::{LABEL, QUESTION_TIME, Question};

/// The programs that could ask, the first of them first.
pub(crate) struct Dialogs {
    programs: Vec<(Dialog, PathBuf)>,
    place: Surroundings,
    /// What the person is told at the next try.
    pub(crate) problem: Option<String>,
    /// For what cannot be asked in a window.
    pub(crate) terminal: Option<Terminal>,
}

impl Dialogs {
    /// The one that was chosen.
    ///
    /// # Errors
    /// It cannot ask here; in words.
    pub(crate) fn chosen(dialog: Dialog, env: &Environment) -> std::result::Result<Self, String> {
        let program = lookup::find(&dialog.program, env)?;
        if dialog.kind.needs_window()
            && let Some(cause) = no_window(env)
        {
            let name = dialog.program;
            return Err(format!("{name} needs a display, {cause}"));
        }
        // The controlling terminal is where this process is at home. GPG_TTY may be one of another
        // window, whose shell it was set in.
        let terminal = Terminal::open().ok();
        let name = terminal.as_ref().map(|_| "/dev/tty".to_owned());
        let mut place = place(env);
        place.terminal = name.or_else(|| env.text("GPG_TTY"));
        Ok(Self {
            programs: vec![(dialog, program)],
            place,
            problem: None,
            terminal,
        })
    }

    /// Those that are installed, where there is no terminal.
    ///
    /// # Errors
    /// No window can be shown, or none of them is there; in words.
    pub(crate) fn usual(env: &Environment) -> std::result::Result<Self, String> {
        if let Some(cause) = no_window(env) {
            return Err(format!("no display, {cause}"));
        }
        let found = USUAL_DIALOGS.iter().filter_map(|name| {
            let path = lookup::find(name, env).ok()?;
            Some((Dialog::named(name)?, path))
        });
        let programs: Vec<_> = found.collect();
        if programs.is_empty() {
            let names = USUAL_DIALOGS.join(", ");
            return Err(format!("none of {names} is installed"));
        }
        Ok(Self {
            programs,
            place: place(env),
            problem: None,
            terminal: None,
        })
    }

    /// Asks for a code with the first program that can.
    ///
    /// # Errors
    /// None can; in words.
    pub(crate) fn ask(
        &mut self,
        question: &Question,
        wake: &mut Wake,
    ) -> std::result::Result<Reply, String> {
        self.ask_for(&question.lines(), LABEL, wake)
    }

    /// The same for anything that a person knows. `label` is what windows call it.
    ///
    /// # Errors
    /// None can; in words.
    pub(crate) fn ask_for(
        &mut self,
        lines: &[String],
        label: &str,
        wake: &mut Wake,
    ) -> std::result::Result<Reply, String> {
        let words = QuestionText {
            lines,
            label,
            problem: self.problem.as_deref(),
        };
        let mut causes = Vec::new();
        while let Some((dialog, path)) = self.programs.first() {
            log::info!("asking with {}", dialog.program);
            let said = match dialog.kind {
                DialogKind::Pinentry => pinentry::ask(path, &self.place, words, wake),
                kind => dialog::ask(kind, path, words, wake),
            };
            match said {
                Ok(said) => return Ok(said),
                Err(cause) => {
                    let (dialog, _) = self.programs.remove(0);
                    log::info!("{} cannot ask: {cause}", dialog.program);
                    causes.push(format!("{}: {cause}", dialog.program));
                }
            }
        }
        Err(causes.join("; "))
    }

    /// Why there is no code, where the program could ask.
    pub(crate) fn unanswered(&self, timed_out: bool) -> Error {
        Error::new(
            "no code was given",
            self.why_unanswered(timed_out),
            "run it again",
        )
    }

    /// Why there is no answer, where the program could ask.
    pub(crate) fn why_unanswered(&self, timed_out: bool) -> String {
        let name = self.programs.first();
        let name = name.map_or("the program", |(dialog, _)| &dialog.program);
        match timed_out {
            true => format!(
                "no one answered {name} for {} minutes",
                QUESTION_TIME.as_secs() / 60
            ),
            false => format!("the question of {name} was cancelled"),
        }
    }
}

/// A name in `MFAEXEC_PROMPT` that is none.
pub(crate) fn unknown_method(name: &str) -> Error {
    Error::of(
        Kind::Usage,
        format!("MFAEXEC_PROMPT={name} is not a prompt method"),
        format!("there are {}", names_in_words()),
        "set it to one of them, or unset it",
    )
}

/// What a pinentry has to know of this environment, beside the terminal.
fn place(env: &Environment) -> Surroundings {
    let locale = |category: &str| {
        let mut names = ["LC_ALL", category, "LANG"].into_iter();
        names.find_map(|name| env.text(name))
    };
    let options = [
        ("ttytype", env.text("TERM")),
        ("lc-ctype", locale("LC_CTYPE")),
        ("lc-messages", locale("LC_MESSAGES")),
    ];
    let set = options
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    Surroundings {
        terminal: None,
        options: set.collect(),
    }
}
