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
    times_env: Option<f64>,
    peak_kib: Option<u64>,
    /// What is wanted, and whether it was met; empty where nothing is.
    wanted: String,
    met: Option<bool>,
    median: f64,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            figure: figure.into(),
            times_env: None,
            peak_kib: None,
            wanted: String::new(),
            met: None,
            median: f64::NAN,
        }
    }

    /// The median, the peak memory and the ratio of runs to those of `env`.
    pub(crate) fn of(what: impl Into<String>, runs: &Runs, env: &Runs) -> Self {
        let mut row = Self::new(what, millis(runs.median()));
        row.median = runs.median();
        row.times_env = Some(runs.median() / env.median());
        row.peak_kib = Some(runs.peak_kib());
        row
    }

    /// Wants `value` to be at most `most`, of what `unit` says.
    pub(crate) fn at_most(mut self, value: f64, most: f64, unit: &str) -> Self {
        self.wanted = format!("{most} {unit}: {value:.2}");
        self.met = Some(value <= most);
        self
    }

    /// The median in milliseconds.
    pub(crate) fn median(&self) -> f64 {
        self.median
    }

    fn line(&self) -> String {
        let times = self.times_env.map(|times| format!("{times:.2}×"));
        let peak = self
            .peak_kib
            .map(|peak| format!("{:.1} MiB", peak as f64 / 1024.0));
        let verdict = match self.met {
            None => "",
            Some(true) => "met",
            Some(false) => "missed",
        };
        format!(
            "| {} | {} | {} | {} | {} | {verdict} |\n",
            self.what,
            self.figure,
            times.unwrap_or_default(),
            peak.unwrap_or_default(),
            self.wanted,
        )
    }
}

/// `0.86 ms`
pub(crate) fn millis(value: f64) -> String {
    format!("{value:.2} ms")
}

/// The whole table, in Markdown, with the machine below it.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = "| what | median | against `env` | peak memory | at most | verdict |\n\
                    |---|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        text.push_str(&row.line());
    }
    text.push_str(&format!("\nMeasured by `cargo bench` on {}.\n", machine()));
    text
}

/// What other tools take for a cached run of `true`, in times of `env`: measured side by side on one
/// machine, with the versions that docs/performance.md names.
const PEERS: [(&str, &str); 4] = [
    ("aws-vault 7.13", "5.4"),
    ("aws-runas 3.8", "6 to 10"),
    ("granted 0.39", "9.9"),
    ("awsume 4.5", "154"),
];

/// mfaexec beside its peers, for who wants one figure. `rows` begin with `env` and its best cached run.
pub(crate) fn summary(rows: &[Row]) -> String {
    let own = rows.get(1).and_then(|row| row.times_env);
    let own = format!("{:.1}", own.unwrap_or(f64::NAN));
    let (names, figures): (Vec<_>, Vec<_>) = PEERS.into_iter().unzip();
    format!(
        "| mfaexec | {} |\n|---|{}\n| {own} | {} |\n",
        names.join(" | "),
        "---|".repeat(PEERS.len()),
        figures.join(" | ")
    )
}

/// Writes a table into a page, between its marks.
pub(crate) fn into_page(page: &str, table: &str) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&path).map_err(|error| format!("{page}: {error}"))?;
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{page} has no place for the table"))?;
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
