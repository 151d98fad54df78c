//! All checks together: for programs, in one line, and as a failure.

use serde_json::{Value, json};

use crate::error::Error;
use crate::model::doctor::check::{Check, Outcome, Problem};
use crate::model::failure::secrets::Secrets;

#[derive(Debug)]
pub(crate) struct Report(pub(super) Vec<Check>);

impl Report {
    /// `secrets` are those that this run knows: no check shows one, whatever AWS or a file has said.
    pub(crate) fn new(checks: Vec<Check>, secrets: &Secrets) -> Self {
        let shown = |check: Check| Check {
            what: secrets.shown(&check.what),
            problem: check.problem.map(|problem| Problem {
                cause: secrets.shown(&problem.cause),
                remedy: secrets.shown(&problem.remedy),
            }),
            ..check
        };
        Self(checks.into_iter().map(shown).collect())
    }

    pub(crate) fn to_json(&self) -> String {
        let checks: Vec<Value> = self.0.iter().map(Check::to_json).collect();
        format!("{:#}\n", json!({ "checks": checks }))
    }

    /// How many there are of each result.
    pub(crate) fn summary(&self) -> String {
        let counts = Outcome::ALL.into_iter().filter_map(|outcome| {
            let count = self.of(outcome).count();
            (count > 0).then(|| outcome.counted(count))
        });
        format!(
            "{} checks: {}",
            self.0.len(),
            counts.collect::<Vec<_>>().join(", ")
        )
    }

    /// A failed check as a failure; of several, the first one.
    ///
    /// # Errors
    /// A check has failed.
    pub(crate) fn verdict(&self) -> Result<(), Error> {
        let failed: Vec<&Check> = self.of(Outcome::Failed).collect();
        let Some((first, problem)) = failed
            .first()
            .and_then(|check| Some((check, check.problem.as_ref()?)))
        else {
            return Ok(());
        };
        let number = match failed.len() {
            1 => "1 check failed".to_owned(),
            more => format!("{more} checks failed"),
        };
        let names: Vec<String> = failed.iter().map(|check| check.label()).collect();
        Err(Error::new(
            format!("{number}: {}", names.join(", ")),
            format!("{}: {}", first.what, problem.cause),
            &problem.remedy,
        ))
    }

    fn of(&self, outcome: Outcome) -> impl Iterator<Item = &Check> {
        self.0.iter().filter(move |check| check.outcome == outcome)
    }
}
