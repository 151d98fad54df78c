//! kill -9 at any moment, to one run or to some of many: the next run works, no lock is stuck, no
//! file is half written, and a code that was sent is not sent again.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;

use crate::harness::{World, finish};
use crate::trouble::names;

/// How often, each.
const ALONE: u32 = 200;
const TOGETHER: u32 = 25;
/// The stand-in takes signatures of 15 minutes to either side.
const CLOCK: i64 = 840;

/// Random delays that can be had again: the seed is said when a test fails.
pub(crate) struct Moments {
    seed: u64,
    random: Rng,
}

impl Moments {
    pub(crate) fn new() -> Self {
        let seed = std::env::var("MFAEXEC_TESTS_SEED").ok();
        let seed = seed.map_or_else(|| Rng::new().get_seed(), |seed| seed.parse().unwrap());
        Self {
            seed,
            random: Rng::with_seed(seed),
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random.u64(..limit)
    }

    pub(crate) fn within(&mut self, length: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(length.as_micros()).unwrap()))
    }
}

impl Drop for Moments {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.seed;
            let mut stderr = std::io::stderr().lock();
            writeln!(stderr, "again with MFAEXEC_TESTS_SEED={seed}").unwrap();
        }
    }
}

/// A world with plenty of codes ahead.
fn world() -> World {
    let world = World::new();
    world.aws.set_clock(-CLOCK);
    world
}

fn start(world: &World, code: &str) -> Child {
    let mut command = world.mfaexec(&["-q", "-p", "testuser", "-c", code, "--", "true"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn sessions(world: &World) -> Vec<String> {
    let mut names = names(&world.cache());
    names.retain(|name| name.ends_with(".session"));
    names
}

/// What killed runs may leave: a whole session or none, locks that no one holds, and temporary
/// files. `sent` calls with the code of the killed runs are too many above one.
#[track_caller]
fn is_in_order(world: &World, sent: usize) {
    assert!(sent <= 1, "the same code was sent {sent} times");
    // A session that cannot be read would go away.
    let before = sessions(world);
    let status = world.run(&["status", "--json"]).succeeds();
    let readable = status.matches("seconds_left").count();
    assert_eq!((before.len(), sessions(world)), (readable, before));
    // The next run works; where it has to sign in it is with the next code.
    let code = world.code();
    let mut next = world.program("timeout");
    let line = [
        "20", "mfaexec", "-p", "testuser", "-c", &code, "--", "echo", "ran",
    ];
    let next = finish(next.args(line));
    assert_eq!(next.stderr, "");
    assert_eq!(next.succeeds(), "ran\n");
    assert_eq!(sessions(world).len(), 1);
}

/// Old temporary files go with the next session that is stored, new ones may be someone's.
fn is_swept_up(world: &World) {
    world.sign_in(&[]);
    world.write(".cache/mfaexec/.new-old", "");
    for name in temporary(world) {
        let file = File::options().write(true).open(world.cache().join(name));
        let old = SystemTime::now() - Duration::from_secs(11 * 60);
        file.unwrap().set_modified(old).unwrap();
    }
    world.write(".cache/mfaexec/.new-young", "");
    world.sign_in(&["--fresh"]);
    assert_eq!(temporary(world), [".new-young"]);
    // And there is nothing of any other kind.
    let known = [".session", ".lock", "used-codes", ".new-young"];
    let mut names = names(&world.cache());
    names.retain(|name| !known.iter().any(|end| name.ends_with(end)));
    assert_eq!(names, Vec::<String>::new());
}

fn temporary(world: &World) -> Vec<String> {
    let mut names = names(&world.cache());
    names.retain(|name| name.starts_with(".new-"));
    names
}

/// Takes away what a killed run could find, so that the next one is cold: the session alone, all
/// files, or the key, too.
fn cool(world: &World, how: u64) {
    match how {
        0 => world.run(&["clear", "-q"]).succeeds(),
        1 => {
            fs::remove_dir_all(world.cache()).unwrap();
            String::new()
        }
        _ => {
            for name in sessions(world) {
                fs::remove_file(world.cache().join(name)).unwrap();
            }
            String::new()
        }
    };
}

/// How long a cold run takes here and now.
fn length(world: &World) -> Duration {
    let time = |_| {
        let begun = Instant::now();
        assert!(start(world, &world.code()).wait().unwrap().success());
        let took = begun.elapsed();
        cool(world, 0);
        took
    };
    let mut times: Vec<Duration> = (0..5).map(time).collect();
    times.sort_unstable();
    times[2] * 5 / 4
}

#[test]
fn a_cold_run_killed_at_any_moment() {
    let mut moments = Moments::new();
    let mut ends = BTreeSet::new();
    let mut world = world();
    let length = length(&world);
    for _ in 0..ALONE {
        if world.aws.clock() > CLOCK - 90 {
            is_swept_up(&world);
            world = self::world();
        }
        let code = world.code();
        let before = world.code_calls().len();
        let mut child = start(&world, &code);
        std::thread::sleep(moments.within(length));
        child.kill().unwrap();
        child.wait().unwrap();
        let sent = world.code_calls().len() - before;
        ends.insert((sent, sessions(&world).len()));
        is_in_order(&world, sent);
        cool(&world, moments.below(3));
    }
    // The moments were really before and after the code was sent.
    assert!(ends.contains(&(0, 0)) && ends.contains(&(1, 1)), "{ends:?}");
}

#[test]
fn some_of_eight_killed_at_any_moment() {
    let mut moments = Moments::new();
    let mut world = world();
    let length = length(&world) * 3;
    for _ in 0..TOGETHER {
        if world.aws.clock() > CLOCK - 90 {
            is_swept_up(&world);
            world = self::world();
        }
        let code = world.code();
        let before = world.code_calls().len();
        let begun = Instant::now();
        let mut ends: Vec<(Duration, Child)> = (0..8)
            .map(|_| (moments.within(length), start(&world, &code)))
            .collect();
        ends.sort_by_key(|(moment, _)| *moment);
        for (moment, child) in &mut ends {
            std::thread::sleep(moment.saturating_sub(begun.elapsed()));
            child.kill().unwrap();
        }
        for (_, mut child) in ends {
            child.wait().unwrap();
        }
        let sent = world.code_calls().len() - before;
        is_in_order(&world, sent);
        cool(&world, moments.below(3));
    }
    is_swept_up(&world);
}
