//! `cargo demo`: the story of mfaexec, told by running it. Needs no AWS account, no terminal and
//! no AWS CLI, talks to no one but itself, and leaves nothing behind.

mod failure;
mod page;
mod programs;
mod shell;
mod stage;
mod story;
mod teller;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

use failure::Result;
use page::Page;
use stage::Stage;

/// Tell the story of mfaexec by running it against a stand-in for AWS.
#[derive(Parser)]
#[command(name = "cargo demo", bin_name = "cargo demo --")]
struct Options {
    /// Have the small client of local-aws play the AWS CLI, even if there is one
    #[arg(long)]
    own_client: bool,
    /// Run mfaexec and local-aws as they were built before
    #[arg(long)]
    no_build: bool,
}

fn main() -> ExitCode {
    match show(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // No one is left to tell when stderr is gone.
            let _ = writeln!(std::io::stderr(), "demo: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn show(options: &Options) -> Result<()> {
    let page = Page::new();
    if !options.no_build {
        page.note("building mfaexec and local-aws: minutes the first time, then no time at all")?;
        programs::build()?;
    }
    let mut stage = Stage::set(programs::find()?, options.own_client)?;
    introduce(&stage, &page, options)?;
    story::tell(&mut stage, &page)?;
    drop(stage);
    page.text("\nNothing of this is left. To go on with a real account: docs/guide.md.")?;
    Ok(())
}

fn introduce(stage: &Stage, page: &Page, options: &Options) -> Result<()> {
    let url = stage.aws.url();
    page.text("\nmfaexec gets an AWS session that was authenticated with MFA and runs one command with it.")?;
    page.text(&format!(
        "In this demo AWS is local-aws at {url}: it checks signatures, codes and policies."
    ))?;
    page.text("What follows $ is run as it stands, at a terminal; what follows # is a remark.")?;
    let aws = match &stage.cli {
        Some(version) => &format!("{version}, which this system has"),
        None if options.own_client => "a small client that local-aws brings",
        None => {
            "a small client that local-aws brings, as no AWS CLI is here that can be sent to it"
        }
    };
    page.text("")?;
    Ok(page.note(&format!("aws is {aws}."))?)
}
