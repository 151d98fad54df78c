//! What the file of a device's lock says: who holds the lock, and whether someone at a terminal has
//! had enough of questions.

use std::fmt;

use crate::model::digest::digest_of;
use crate::model::time::Timestamp;

/// Seconds for which no one in a job is asked after a question in it was given up: more than the
/// targets of a `make -k` are apart that begin one after the other.
const NO_QUESTION_SECONDS: u64 = 600;

/// What a shell starts as one, and stops as one: a session and a group of processes in it. Their
/// numbers mean something in one place only, a running system and a container in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job(String);

impl Job {
    /// The job of these numbers in that place.
    pub(crate) fn new(place: &str, session: i32, group: i32) -> Self {
        let parts = [place, &session.to_string(), &group.to_string()];
        let mut digest = digest_of("job", &parts);
        digest.truncate(16);
        Self(digest)
    }
}

/// A question that was given up: three codes were refused, or no one wanted to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenUp {
    /// The job in which it was asked.
    pub job: Job,
    /// When that was.
    pub at: Timestamp,
}

impl GivenUp {
    /// Whether a process of `job` is not to ask at `now`.
    pub(crate) fn concerns(&self, job: &Job, now: Timestamp) -> bool {
        self.job == *job && self.at <= now && self.at.until(now) < NO_QUESTION_SECONDS
    }
}

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LockRecord {
    /// The process that holds the lock, or held it last.
    pub holder: Option<u32>,
    /// The question that was given up last.
    pub given_up: Option<GivenUp>,
}

impl LockRecord {
    /// Reads what `Display` has written; what cannot be read is left out.
    pub(crate) fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let holder = lines.next().and_then(|line| line.parse().ok());
        let given_up = lines.next().and_then(|line| {
            let mut words = line.strip_prefix("given-up ")?.split(' ');
            let job = Job(words.next()?.to_owned());
            let at = Timestamp(words.next()?.parse().ok()?);
            Some(GivenUp { job, at })
        });
        Self { holder, given_up }
    }
}

impl fmt::Display for LockRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(holder) = self.holder {
            writeln!(f, "{holder}")?;
        }
        if let Some(GivenUp { job, at }) = &self.given_up {
            writeln!(f, "given-up {} {}", job.0, at.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_left_in_peace_for_a_while() {
        let given_up = GivenUp {
            job: Job::new("here", 7, 8),
            at: Timestamp(1000),
        };
        let record = LockRecord {
            holder: Some(77),
            given_up: Some(given_up.clone()),
        };
        assert_eq!(LockRecord::parse(&record.to_string()), record);
        assert_eq!(LockRecord::parse("77\n").given_up, None);
        let concerns = |place, group, now| {
            let job = Job::new(place, 7, group);
            given_up.concerns(&job, Timestamp(now))
        };
        assert!(concerns("here", 8, 1000) && concerns("here", 8, 1599));
        assert!(!concerns("here", 8, 1600), "it is over");
        assert!(!concerns("here", 8, 999), "the clock was set back");
        assert!(!concerns("here", 9, 1001), "it is another job");
        assert!(!concerns("there", 8, 1001), "it is in another container");
    }
}
