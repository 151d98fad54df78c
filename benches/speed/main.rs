//! `cargo bench`: how fast mfaexec is, in one table. `cargo bench -- --write` writes the table into
//! docs/performance.md too, and the ratio to `env` beside those of other tools into the README.
//! `cargo bench -- --endpoint BINARY` measures the endpoint of that binary alone.
//!
//! Times are those of whole processes, measured in turns with `env`: what the machine does meanwhile
//! hits them all.

mod binaries;
mod endpoint;
mod relay;
mod rows;
mod stopwatch;
mod table;
mod world;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use binaries::Binaries;
use stopwatch::Programs;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let told = std::io::stderr();
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(told.lock(), "cargo bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<()> {
    let mut words = std::env::args()
        .skip_while(|word| word != "--endpoint")
        .skip(1);
    if let Some(mfaexec) = words.next() {
        let rows = endpoint::rows(Path::new(&mfaexec))?;
        write!(std::io::stdout(), "{}", table::table(&rows))?;
        return Ok(());
    }
    let directory = tempfile::Builder::new()
        .prefix("mfaexec-bench-")
        .tempdir()?;
    let programs = Programs::build(directory.path())?;
    let binaries = Binaries::build()?;
    let mut rows = rows::warm(&programs, &binaries)?;
    let env = rows[0].median();
    rows.extend(rows::cold(&programs, &binaries.plain)?);
    rows.push(rows::enter(&programs, &binaries.plain, env)?);
    rows.push(rows::crowd(&binaries.plain, env)?);
    rows.extend(rows::much(&programs, &binaries.plain)?);
    rows.push(rows::prompt(&programs, &binaries.plain)?);
    rows.push(rows::credential_process(&programs, &binaries.plain)?);
    rows.extend(endpoint::rows(&binaries.plain)?);
    rows.extend(rows::sizes(&binaries)?);
    let table = table::table(&rows);
    write!(std::io::stdout(), "{table}")?;
    if std::env::args().any(|word| word == "--write") {
        table::into_page("docs/performance.md", &table)?;
        table::into_page("README.md", &table::summary(&rows))?;
    }
    Ok(())
}
