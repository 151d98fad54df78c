//! What is measured, one function a group of rows.

use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use local_aws::Fault;

use crate::Result;
use crate::binaries::Binaries;
use crate::relay::{Tls, round_trip};
use crate::stopwatch::{Programs, Runs, Words, median, words};
use crate::table::{Row, millis};
use crate::world::World;

/// How often a warm run is measured, and a sign-in.
const WARM: u32 = 400;
const COLD: u32 = 40;
/// The most that these may take, in times of `env` in the same run of the benchmark: a machine's
/// absolute times say nothing about another's.
const SIGN_IN_HTTPS: f64 = 6.0;
const ENTER: f64 = 3.0;
const CROWD_DONE: f64 = 42.0;
const MANY_PROFILES: f64 = 4.5;
const STATUS: f64 = 17.0;
const PROFILES: f64 = 90.0;
/// How many run at once.
const CROWD: usize = 64;

/// What mfaexec is measured against: the program that everybody has for setting variables.
fn env() -> Words {
    words([&"/usr/bin/env", &"A=1", &"B=2", &"C=3", &"D=4", &"true"])
}

fn run_true(mfaexec: &Path) -> Words {
    words([&mfaexec, &"-p", &"testuser", &"--", &"true"])
}

/// A run with a cached session, as built in either way.
pub(crate) fn warm(programs: &Programs, binaries: &Binaries) -> Result<Vec<Row>> {
    let world = World::new(&binaries.plain, None)?;
    world.sign_in()?;
    let mut all = vec![env(), run_true(&binaries.plain)];
    let session = format!(
        "MFAEXEC_SHELL={}:1:ASIAANOTHERKEYTHANKEPT",
        world.session()?
    );
    let hook = words([
        &session,
        &binaries.plain,
        &"shell-hook",
        &"bash",
        &"",
        &"",
        &"",
    ]);
    all.push(hook);
    all.extend(binaries.released.as_deref().map(run_true));
    let runs = programs.measure(&world.environment(), WARM, &all)?;
    let env = &runs[0];
    let mut rows = vec![Row::of("`env A=1 B=2 C=3 D=4 true`", env, env)];
    if let Some(released) = runs.get(3) {
        rows.push(Row::of("cached run of `true`, as released", released, env));
    }
    rows.push(Row::of(
        "cached run of `true`, `cargo build --release`",
        &runs[1],
        env,
    ));
    rows.push(Row::of(
        "what a shell asks before each prompt, with a renewed session to take over",
        &runs[2],
        env,
    ));
    Ok(rows)
}

/// A run that signs in with a code from its command line.
pub(crate) fn cold(programs: &Programs, mfaexec: &Path) -> Result<Vec<Row>> {
    let tls = Tls::new()?;
    let (mut reference, mut http, mut https) = <(Runs, Runs, Runs)>::default();
    let mut shares = Vec::new();
    for _ in 0..COLD {
        for tls in [None, Some(&tls)] {
            let world = World::new(mfaexec, tls)?;
            let code = world.code();
            let sign_in = words([&mfaexec, &"-p", &"testuser", &"-c", &code, &"--", &"true"]);
            let all = [env(), sign_in];
            let runs = programs.measure(&world.environment(), 1, &all)?;
            reference.extend(&runs[0]);
            match tls {
                None => http.extend(&runs[1]),
                Some(tls) => {
                    https.extend(&runs[1]);
                    shares.push(tls.servers_share(&world.relay)?);
                }
            }
        }
    }
    let share = median(shares);
    let own = (https.median() - share) / reference.median();
    Ok(vec![
        Row::of("run that signs in over http", &http, &reference),
        Row::of(
            format!(
                "run that signs in over https; {} of it are the server's",
                millis(share)
            ),
            &https,
            &reference,
        )
        .at_most(own, SIGN_IN_HTTPS, "times `env` without the server's"),
    ])
}

/// From Enter at the question to the command's first instruction.
pub(crate) fn enter(programs: &Programs, mfaexec: &Path, env: f64) -> Result<Row> {
    let (mut times, mut trips) = (Vec::new(), Vec::new());
    for _ in 0..COLD {
        let world = World::new(mfaexec, None)?;
        let mut command = world.command(mfaexec);
        command
            .args(["-p", "testuser", "--"])
            .arg(&programs.stamp)
            .stdin(Stdio::inherit());
        let mut terminal = rexpect::session::spawn_command(command, Some(10_000))?;
        terminal.exp_string("MFA code: ")?;
        // People take longer: the call that goes out meanwhile is over.
        thread::sleep(Duration::from_millis(50));
        let code = world.code();
        let entered = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
        terminal.send_line(&code)?;
        terminal.exp_string("began ")?;
        let began: u128 = terminal.exp_string(".")?.parse()?;
        terminal.exp_eof()?;
        times.push(began.saturating_sub(entered) as f64 / 1e6);
        trips.push(round_trip(&world.relay)?);
    }
    let (time, trip) = (median(times), median(trips));
    let what = "from Enter at the question to the command's first instruction";
    let wanted = format!("times `env` more than the {} of a round trip", millis(trip));
    Ok(Row::new(what, millis(time)).at_most((time - trip) / env, ENTER, &wanted))
}

/// Many at once on an empty cache: how long after the session's arrival the last one is done.
pub(crate) fn crowd(mfaexec: &Path, env: f64) -> Result<Row> {
    let mut times = Vec::new();
    for _ in 0..7 {
        let world = World::new(mfaexec, None)?;
        let slow = Fault::Slow(Duration::from_millis(1000));
        world.aws.fault_on("GetSessionToken", slow, 1);
        let code = world.code();
        let mut children = Vec::new();
        for _ in 0..CROWD {
            let mut command = world.command(mfaexec);
            command.args(["-q", "-p", "testuser", "-c", &code, "--", "true"]);
            children.push(command.spawn()?);
        }
        let mut failed = 0;
        for child in &mut children {
            failed += usize::from(!child.wait()?.success());
        }
        let done = Instant::now();
        let arrived = world.relay.answered().ok_or("no session arrived")?;
        if failed > 0 {
            return Err(format!("{failed} of {CROWD} at once failed").into());
        }
        times.push(done.saturating_duration_since(arrived).as_secs_f64() * 1e3);
    }
    let time = median(times);
    let what = format!("{CROWD} at once, empty cache: from the session's arrival to the last exit");
    Ok(Row::new(what, millis(time)).at_most(time / env, CROWD_DONE, "times `env`"))
}

/// Large config files and large caches.
pub(crate) fn much(programs: &Programs, mfaexec: &Path) -> Result<Vec<Row>> {
    let world = World::new(mfaexec, None)?;
    world.sign_in()?;
    let mut few = words([&format!(
        "AWS_CONFIG_FILE={}",
        world.config_of(4)?.display()
    )]);
    let mut many = words([&format!(
        "AWS_CONFIG_FILE={}",
        world.config_of(4999)?.display()
    )]);
    few.extend(run_true(mfaexec));
    let mut list = many.clone();
    many.extend(run_true(mfaexec));
    list.extend(words([&mfaexec, &"profiles"]));
    let full = World::new(mfaexec, None)?;
    full.sign_in()?;
    full.fill_cache(999)?;
    let mut in_full = words([
        &format!("HOME={}", full.home().display()),
        &format!("AWS_ENDPOINT_URL={}", full.endpoint()),
    ]);
    let mut status = in_full.clone();
    in_full.extend(run_true(mfaexec));
    status.extend(words([&mfaexec, &"status"]));
    let all = [env(), few, many, in_full, status, list];
    let runs = programs.measure(&world.environment(), WARM / 4, &all)?;
    let env = &runs[0];
    let more = runs[2].median() - runs[1].median();
    let run_more = runs[3].median() - runs[1].median();
    Ok(vec![
        Row::of(
            "cached run, config file of 5 profiles, 1 session",
            &runs[1],
            env,
        ),
        Row::of("cached run, config file of 5,000 profiles", &runs[2], env).at_most(
            more / env.median(),
            MANY_PROFILES,
            "times `env` more than with 5",
        ),
        Row::of("`profiles` of 5,000", &runs[5], env).at_most(
            runs[5].median() / env.median(),
            PROFILES,
            "times `env`",
        ),
        Row::of("cached run, 1,000 sessions", &runs[3], env).at_most(
            run_more / env.median(),
            0.1,
            "times `env` more than with one",
        ),
        Row::of("`status` of 1,000 sessions", &runs[4], env).at_most(
            runs[4].median() / env.median(),
            STATUS,
            "times `env`",
        ),
    ])
}

/// The size of the binaries.
pub(crate) fn sizes(binaries: &Binaries) -> Result<Vec<Row>> {
    let row = |what: &str, path: &Path| -> Result<Row> {
        let megabytes = std::fs::metadata(path)?.len() as f64 / 1e6;
        Ok(Row::new(what, format!("{megabytes:.1} MB")))
    };
    let mut rows = vec![row("size, `cargo build --release`", &binaries.plain)?];
    if let Some(released) = &binaries.released {
        rows.push(row("size, as released", released)?);
    }
    Ok(rows)
}

/// The sign for a prompt, beside a cached run: it is looked for before each prompt.
pub(crate) fn prompt(programs: &Programs, mfaexec: &Path) -> Result<Row> {
    let world = World::new(mfaexec, None)?;
    world.sign_in()?;
    let (session, key) = (world.session()?, "AWS_ACCESS_KEY_ID=ASIAX");
    let within = format!("MFAEXEC_SHELL={session}:1:ASIAX");
    let profile = "MFAEXEC_PROFILE=testuser";
    let sign = words([&within, &key, &profile, &mfaexec, &"prompt", &"bash"]);
    let all = [env(), run_true(mfaexec), sign];
    let runs = programs.measure(&world.environment(), WARM, &all)?;
    let times = runs[2].median() / runs[1].median();
    let what = "`prompt`, `cargo build --release`";
    Ok(Row::of(what, &runs[2], &runs[0]).at_most(times, 1.1, "times a cached run"))
}

/// What a program waits for that fetches a cached session by itself, beside a cached run.
pub(crate) fn credential_process(programs: &Programs, mfaexec: &Path) -> Result<Row> {
    let world = World::new(mfaexec, None)?;
    world.sign_in()?;
    let fetch = words([&mfaexec, &"credential-process", &"-p", &"testuser"]);
    let all = [env(), run_true(mfaexec), fetch];
    let runs = programs.measure(&world.environment(), WARM, &all)?;
    let times = runs[2].median() / runs[1].median();
    let what = "`credential-process`, cached session, `cargo build --release`";
    Ok(Row::of(what, &runs[2], &runs[0]).at_most(times, 1.1, "times a cached run"))
}
