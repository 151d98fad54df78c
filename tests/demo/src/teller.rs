//! Types at the stage's shell, shows what comes, and checks it.

use crate::failure::{Result, ensure};
use crate::page::Page;
use crate::shell::Finished;
use crate::stage::{Stage, USER};

/// A region that is listed where listing is allowed.
pub(crate) const REGION: &str = "\"RegionName\": \"eu-central-1\"";
/// What mfaexec asks. The text after the user's name is the account.
const QUESTION: &str = r"testuser \([0-9]*\), to [a-z ]*\. MFA code: ";

/// Types, shows and checks.
pub(crate) struct Teller<'a> {
    pub(crate) stage: &'a mut Stage,
    pub(crate) page: &'a Page,
}

impl Teller<'_> {
    /// Runs a command that has to succeed and to print these words.
    pub(crate) fn works(&mut self, line: &str, words: &[&str]) -> Result<Finished> {
        let finished = self.run(line)?;
        has_worked(&finished, words)?;
        Ok(finished)
    }

    /// Runs a command that has to fail with one of these messages.
    pub(crate) fn fails(&mut self, line: &str, messages: &[&str]) -> Result<()> {
        let finished = self.run(line)?;
        self.has_failed(&finished, messages)
    }

    /// Lists the regions with a command that has to ask for a code before.
    pub(crate) fn asks(&mut self, line: &str) -> Result<()> {
        self.question(line)?;
        let finished = self.stage.shell.finished()?;
        self.page.output(&finished.output)?;
        has_worked(&finished, &[REGION])
    }

    /// Types a command that asks something.
    pub(crate) fn begin(&mut self, line: &str) -> Result<()> {
        self.page.command(line)?;
        self.stage.shell.type_in(line)
    }

    /// Waits for a question; what was shown before it.
    pub(crate) fn waits_for(&mut self, question: &str) -> Result<String> {
        let (before, _) = self.stage.shell.wait_for(&plain(question))?;
        Ok(before)
    }

    /// Answers a question. The answer is shown as `shown`.
    pub(crate) fn replies(&mut self, question: &str, answer: &str, shown: &str) -> Result<()> {
        self.waits_for(question)?;
        self.stage.shell.answer(answer)?;
        self.page.answer(question, shown, "typed by the demo")?;
        self.stage.shell.wait_for("\n")?;
        Ok(())
    }

    /// Waits for the end of what was begun, and shows what `part` leaves of its output.
    pub(crate) fn ends(&mut self, words: &[&str], part: impl Fn(&str) -> String) -> Result<()> {
        let finished = self.stage.shell.finished()?;
        self.page.output(&part(&finished.output))?;
        has_worked(&finished, words)
    }

    fn run(&mut self, line: &str) -> Result<Finished> {
        self.begin(line)?;
        let finished = self.stage.shell.finished()?;
        self.page.output(&finished.output)?;
        Ok(finished)
    }

    /// Types a command that asks for a code, and the code.
    pub(crate) fn question(&mut self, line: &str) -> Result<()> {
        self.begin(line)?;
        let (before, question) = self.stage.shell.wait_for(QUESTION)?;
        self.page.output(&before)?;
        let code = self.stage.aws.code(USER);
        self.stage.shell.answer(&code)?;
        let remark = "typed by the demo; the terminal does not show it";
        self.page.answer(&question, &code, remark)?;
        // The line's end is all that shows of an answer.
        let (shown, _) = self.stage.shell.wait_for("\n")?;
        ensure(shown.trim().is_empty(), || {
            format!("the terminal showed {shown:?} when the code was typed")
        })
    }

    /// Checks that it failed with one of these messages, and shows the exit code.
    pub(crate) fn has_failed(&self, finished: &Finished, messages: &[&str]) -> Result<()> {
        let output = &finished.output;
        let fits = messages.iter().any(|message| output.contains(message));
        ensure(finished.code != 0 && fits, || {
            format!(
                "this should have failed with {}, but the exit code is {}",
                messages.join(" or "),
                finished.code
            )
        })?;
        Ok(self.page.note(&format!("exit code {}", finished.code))?)
    }

    /// What AWS was asked for, by the journal.
    pub(crate) fn actions(&self) -> Vec<String> {
        let journal = self.stage.aws.journal().into_iter();
        journal.map(|entry| entry.action).collect()
    }
}

/// An expression that fits this text alone.
fn plain(text: &str) -> String {
    let escape = |letter: char| match letter.is_ascii_alphanumeric() || letter == ' ' {
        true => letter.to_string(),
        false => format!("\\{letter}"),
    };
    text.chars().map(escape).collect()
}

pub(crate) fn has_worked(finished: &Finished, words: &[&str]) -> Result<()> {
    ensure(finished.code == 0, || {
        format!(
            "this should have worked, but the exit code is {}",
            finished.code
        )
    })?;
    let lost = words
        .iter()
        .find(|words| !finished.output.contains(**words));
    ensure(lost.is_none(), || {
        format!("this should have printed {:?}", lost.unwrap_or(&""))
    })
}
