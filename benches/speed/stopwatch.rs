//! Runs programs in turns, through a small static program that holds the watch.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// The C programs, compiled.
pub(crate) struct Programs {
    /// Prints when it began.
    pub(crate) stamp: PathBuf,
    stopwatch: PathBuf,
}

/// What one run took.
#[derive(Clone, Copy)]
struct Run {
    millis: f64,
    peak_kib: u64,
}

/// The runs of one program.
#[derive(Clone, Default)]
pub(crate) struct Runs(Vec<Run>);

impl Runs {
    /// Takes the runs of another measurement in.
    pub(crate) fn extend(&mut self, more: &Runs) {
        self.0.extend(&more.0);
    }

    /// The run in the middle.
    pub(crate) fn median(&self) -> f64 {
        median(self.0.iter().map(|run| run.millis).collect())
    }

    /// The most memory that a run took.
    pub(crate) fn peak_kib(&self) -> u64 {
        self.0.iter().map(|run| run.peak_kib).max().unwrap_or(0)
    }
}

/// The number in the middle.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A program with its arguments, after the variables that it gets on top of the world's.
pub(crate) type Words = Vec<OsString>;

/// Makes [`Words`] of anything.
pub(crate) fn words<const N: usize>(parts: [&dyn AsRef<OsStr>; N]) -> Words {
    parts
        .iter()
        .map(|part| part.as_ref().to_os_string())
        .collect()
}

impl Programs {
    /// Compiles them into `directory`.
    pub(crate) fn build(directory: &Path) -> Result<Self> {
        let compile = |name: &str| -> Result<PathBuf> {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed");
            let program = directory.join(name);
            let status = Command::new("cc")
                .args(["-O2", "-static", "-Wall", "-o"])
                .arg(&program)
                .arg(source.join(format!("{name}.c")))
                .status()?;
            if status.success() {
                return Ok(program);
            }
            Err(format!("cc cannot build {name}.c as a static program").into())
        };
        Ok(Self {
            stamp: compile("stamp")?,
            stopwatch: compile("stopwatch")?,
        })
    }

    /// Runs each program once a round, in turns, with the environment of `world`: a command that
    /// is never run itself. All have to succeed.
    pub(crate) fn measure(
        &self,
        world: &Command,
        rounds: u32,
        programs: &[Words],
    ) -> Result<Vec<Runs>> {
        let mut command = Command::new(&self.stopwatch);
        command.arg(rounds.to_string());
        for program in programs {
            command.arg(",").args(program);
        }
        command.env_clear();
        for (name, value) in world.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(format!("the stopwatch failed: {said}").into());
        }
        let mut all = vec![Runs::default(); programs.len()];
        for line in String::from_utf8(output.stdout)?.lines() {
            let numbers: Vec<u64> = line
                .split(' ')
                .map(str::parse)
                .collect::<std::result::Result<_, _>>()?;
            let [program, nanoseconds, peak_kib, status] = numbers[..] else {
                return Err(format!("the stopwatch said {line}").into());
            };
            let program = usize::try_from(program)?;
            if status != 0 {
                let words = &programs[program];
                return Err(format!("{words:?} ended with {status}: {said}").into());
            }
            all[program].0.push(Run {
                millis: nanoseconds as f64 / 1e6,
                peak_kib,
            });
        }
        Ok(all)
    }
}
