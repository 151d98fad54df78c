//! The line that a reading comes to.

use super::{Meant, Part, WordReader};
use crate::cli::foreign::ForeignMeaning;
use crate::cli::option_words::{has_option, is_named};
use crate::cli::subcommand::Subcommand;
use crate::escape::shell_line;
use crate::model::child::shell::Shell;
use crate::model::packaged::CompletedShell;

impl WordReader<'_> {
    /// What was meant; none if nothing was typed that tells.
    pub(super) fn finish(mut self) -> Option<Meant> {
        let mut after: &[&str] = &[];
        let mut verb = match self.verb {
            None | Some(ForeignMeaning::Run) => None,
            Some(ForeignMeaning::Subcommand(own)) => Some(own),
            Some(ForeignMeaning::Action(own, action)) => {
                let verb = |part: &Part| matches!(part, Part::Verb);
                let at = self.parts.iter().position(verb).map_or(0, |at| at + 1);
                let action = Part::Options(vec![action.to_owned()]);
                self.parts.insert(at, action);
                Some(own)
            }
            Some(ForeignMeaning::Command(command)) => {
                self.command.clear();
                after = command;
                None
            }
            Some(ForeignMeaning::Option(option)) => return Some(self.fixed(&["mfaexec", option])),
            Some(ForeignMeaning::Configure) => {
                let profile = self.profile.clone();
                let profile = profile.or_else(|| self.command.first().cloned());
                let words: &[&str] = match &profile {
                    Some(name) => &["aws", "configure", "--profile", name],
                    None => &["aws", "configure"],
                };
                return Some(self.fixed(words));
            }
            Some(ForeignMeaning::Completions) => {
                let all = CompletedShell::ALL.map(CompletedShell::name);
                let shell = match self.shell_for_completions.as_deref() {
                    None => "bash",
                    Some(named) => all
                        .into_iter()
                        .find(|shell| *shell == named)
                        .unwrap_or("--help"),
                };
                return Some(self.fixed(&["mfaexec", "completions", shell]));
            }
        };
        if let Some(own) = verb
            && !self.command.is_empty()
        {
            verb = self.with_command(own);
        }
        self.command
            .extend(after.iter().map(|word| (*word).to_owned()));
        if verb.is_none() && self.command.is_empty() {
            if self.parts.is_empty() {
                return None;
            }
            verb = Some(Subcommand::Shell);
        }
        Some(self.line(verb))
    }

    /// A subcommand with a command: what becomes of both.
    fn with_command(&mut self, own: Subcommand) -> Option<Subcommand> {
        let shell = match &self.command[..] {
            [one] if own == Subcommand::Shell => Shell::of_program(one.as_ref()),
            _ => None,
        };
        if shell.is_some() {
            let option = vec!["--shell".to_owned(), self.command.remove(0)];
            self.parts.push(Part::Options(option));
            self.cause = Some("--shell names the shell".to_owned());
            return Some(own);
        }
        if matches!(own, Subcommand::Shell | Subcommand::Login) {
            self.cause = Some("a command runs without a subcommand".to_owned());
            return None;
        }
        self.command.clear();
        self.cause = Some(format!("mfaexec {} takes no command", own.name()));
        Some(own)
    }

    /// A line that has nothing of the one that was typed.
    fn fixed(self, words: &[&str]) -> Meant {
        let mut remedy = shell_line(words);
        if let Some(guess) = self.guess {
            remedy = format!("did you mean {guess}? {remedy}");
        }
        Meant {
            remedy,
            cause: self.cause.unwrap_or_default(),
            words: None,
        }
    }

    /// The line as it was typed, with `subcommand` in the place of the verb.
    fn line(self, subcommand: Option<Subcommand>) -> Meant {
        let definitions = self.definitions;
        // Another tool's word was not typed for the options that mfaexec's subcommand lacks.
        let is_foreign = self.verb.is_some() && !self.own_verb && self.guess.is_none();
        let all = Subcommand::ALL.into_iter().map(Some).chain([None]);
        let means_nothing = |option: &[String]| {
            let has = |of| has_option(definitions, of, &option[0]);
            is_foreign && !has(subcommand) && all.clone().any(has)
        };
        let named = self.parts.iter().any(|part| matches!(part, Part::Verb));
        let mut words = vec!["mfaexec".to_owned()];
        let name = subcommand.map(|subcommand| subcommand.name().to_owned());
        if !named {
            words.extend(name.clone());
        }
        for part in self.parts {
            match part {
                Part::Verb => words.extend(name.clone()),
                // A code is a secret as long as it was not used; mfaexec asks for it.
                Part::Options(option) if is_named(&option, "--code", 'c') => {}
                Part::Options(option) if means_nothing(&option) => {}
                Part::Options(option) => words.extend(option),
            }
        }
        if !self.command.is_empty() {
            words.push("--".to_owned());
            words.extend(self.command);
        }
        let line = shell_line(&words);
        Meant {
            remedy: match self.guess {
                Some(guess) => format!("did you mean {guess}? {line}"),
                None => line,
            },
            cause: self
                .cause
                .unwrap_or_else(|| "a command to run follows after --".to_owned()),
            words: Some(words),
        }
    }
}
