//! What the file of a device's lock says: who holds the lock, and whether somebody at a terminal has
//! had enough of questions.

use std::fmt;

use super::session::Timestamp;

/// Seconds for which nobody in a job is asked after a question in it was given up: more than the
/// targets of a `make -k` are apart that begin one after the other.
const PEACE: u64 = 600;

/// What a shell starts as one, and stops as one: a session and a group of processes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// The session's number.
    pub session: i32,
    /// The group's number.
    pub group: i32,
}

/// A question that was given up: three codes were refused, or nobody wanted to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenUp {
    /// The job in which it was asked.
    pub job: Job,
    /// When that was.
    pub at: Timestamp,
}

impl GivenUp {
    /// Whether a process of `job` is not to ask at `now`.
    #[must_use]
    pub fn concerns(self, job: Job, now: Timestamp) -> bool {
        self.job == job && self.at <= now && self.at.until(now) < PEACE
    }
}

/// The file's content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LockRecord {
    /// The process that holds the lock, or held it last.
    pub holder: Option<u32>,
    /// The question that was given up last.
    pub given_up: Option<GivenUp>,
}

impl LockRecord {
    /// Reads what `Display` has written; what cannot be read is left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let holder = lines.next().and_then(|line| line.parse().ok());
        let given_up = lines.next().and_then(|line| {
            let mut words = line.strip_prefix("given-up ")?.split(' ');
            let session = words.next()?.parse().ok()?;
            let group = words.next()?.parse().ok()?;
            let at = Timestamp(words.next()?.parse().ok()?);
            let job = Job { session, group };
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
        if let Some(GivenUp { job, at }) = self.given_up {
            writeln!(f, "given-up {} {} {}", job.session, job.group, at.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_left_in_peace_for_a_while() {
        let (session, group) = (7, 8);
        let job = Job { session, group };
        let at = Timestamp(1000);
        let given_up = Some(GivenUp { job, at });
        let record = LockRecord {
            holder: Some(77),
            given_up,
        };
        assert_eq!(LockRecord::parse(&record.to_string()), record);
        assert_eq!(LockRecord::parse("77\n").given_up, None);
        let concerns = |group, now| {
            let job = Job { session, group };
            given_up.is_some_and(|given_up| given_up.concerns(job, Timestamp(now)))
        };
        assert!(concerns(8, 1000) && concerns(8, 1599));
        assert!(!concerns(8, 1600), "it is over");
        assert!(!concerns(8, 999), "the clock was set back");
        assert!(!concerns(9, 1001), "it is another job");
    }
}
