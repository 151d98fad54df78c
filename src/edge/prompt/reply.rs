//! What a person is shown, and how a question ended, no matter what asked it.

use secrecy::SecretString;

/// What a program shows that asks a person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuestionText<'a> {
    /// The lines of the question.
    pub lines: &'a [String],
    /// What is asked for, in a word or two: `MFA code`.
    pub label: &'a str,
    /// What was wrong with the answer before.
    pub problem: Option<&'a str>,
}

/// How a question ended.
#[derive(Debug)]
pub enum Reply {
    /// With a line, its end cut off.
    Line(SecretString),
    /// The person gave up: ^D, a closed window, or the terminal is gone.
    Cancelled,
    /// The time for an answer is over.
    TimedOut,
    /// A signal or another thread ended it.
    Interrupted,
}
