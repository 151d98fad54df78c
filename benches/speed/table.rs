//! The table: what was measured, what was wanted, and on which machine.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::stopwatch::Runs;

const BEGIN: &str = "<!-- benchmark -->";
const END: &str = "<!-- /benchmark -->";

/// One row.
pub(crate) struct Row {
    what: String,
    figure: String,
    times_floor: Option<f64>,
    peak_kib: Option<u64>,
    /// What is wanted, and by how much it is missed in the best case of it.
    targets: Vec<(String, bool)>,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            figure: figure.into(),
            times_floor: None,
            peak_kib: None,
            targets: Vec::new(),
        }
    }

    /// The median, the peak memory and the ratio of runs to those of the floor.
    pub(crate) fn of(what: impl Into<String>, runs: &Runs, floor: &Runs) -> Self {
        let mut row = Self::new(what, millis(runs.median()));
        row.times_floor = Some(runs.median() / floor.median());
        row.peak_kib = Some(runs.peak_kib());
        row
    }

    /// Wants the ratio to be at most this.
    pub(crate) fn at_most_times(mut self, most: f64) -> Self {
        let met = self.times_floor.is_some_and(|times| times <= most);
        self.targets.push((format!("{most}×"), met));
        self
    }

    /// Wants the peak memory to be at most this.
    pub(crate) fn at_most_mib(mut self, most: u64) -> Self {
        let met = self.peak_kib.is_some_and(|peak| peak <= most * 1024);
        self.targets.push((format!("{most} MiB"), met));
        self
    }

    /// Wants `value` to be at most `most`, which reads as `words`.
    pub(crate) fn at_most(mut self, value: f64, most: f64, words: &str) -> Self {
        self.targets.push((words.to_owned(), value <= most));
        self
    }

    fn line(&self) -> String {
        let times = self.times_floor.map(|times| format!("{times:.2}×"));
        let peak = self
            .peak_kib
            .map(|peak| format!("{:.1} MiB", peak as f64 / 1024.0));
        let targets: Vec<&str> = self
            .targets
            .iter()
            .map(|(words, _)| words.as_str())
            .collect();
        let missed: Vec<&str> = self
            .targets
            .iter()
            .filter(|(_, met)| !met)
            .map(|(words, _)| words.as_str())
            .collect();
        let verdict = match (targets.is_empty(), missed.is_empty()) {
            (true, _) => String::new(),
            (false, true) => "met".to_owned(),
            (false, false) => format!("missed: {}", missed.join(", ")),
        };
        format!(
            "| {} | {} | {} | {} | {} | {verdict} |\n",
            self.what,
            self.figure,
            times.unwrap_or_default(),
            peak.unwrap_or_default(),
            targets.join(", "),
        )
    }
}

/// `0.86 ms`
pub(crate) fn millis(value: f64) -> String {
    format!("{value:.2} ms")
}

/// The whole table, in Markdown, with the machine below it.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = "| what | median | against the floor | peak memory | at most | verdict |\n\
                    |---|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        text.push_str(&row.line());
    }
    text.push_str(&format!("\nMeasured by `cargo bench` on {}.\n", machine()));
    text
}

/// Writes the table into the README, between its marks.
pub(crate) fn into_readme(table: &str) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path)?;
    let parts = readme
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or("the README has no place for the table")?;
    fs::write(path, format!("{before}{BEGIN}\n{table}{END}{after}"))?;
    Ok(())
}

/// Processor, kernel, C library, compiler.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models: Vec<&str> = cpus
        .lines()
        .filter(|line| line.starts_with("model name"))
        .filter_map(|line| line.split(": ").nth(1))
        .collect();
    let model = models
        .first()
        .copied()
        .unwrap_or("a processor of unknown name");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = first_line(Command::new("rustc").arg("--version"));
    let libc = first_line(Command::new("getconf").arg("GNU_LIBC_VERSION"));
    let virtual_machine = if cpus.contains(" hypervisor") {
        ", a virtual machine"
    } else {
        ""
    };
    format!(
        "{}, {} cores{virtual_machine}, Linux {}, {libc}, {rustc}",
        model.trim(),
        models.len(),
        kernel.trim()
    )
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout);
    let text = String::from_utf8(output.unwrap_or_default()).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}
