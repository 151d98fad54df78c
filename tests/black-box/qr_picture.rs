//! A QR code as a person sees it on a terminal, read by a decoder that is not ours.

use crate::harness::{World, finish};

/// The grey of a terminal's own colours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    front: u8,
    back: u8,
}

pub(crate) const DARK: Theme = Theme {
    front: 200,
    back: 20,
};
pub(crate) const LIGHT: Theme = Theme {
    front: 30,
    back: 250,
};

/// What a person sees of a screen with half blocks on it, as a picture in grey: six pixels a half.
pub(crate) fn picture(screen: &str, theme: Theme) -> Vec<u8> {
    const SCALE: usize = 6;
    let grey = |number: u32| match number {
        16 => 0,
        231 => 255,
        other => panic!("an unexpected colour: {other}"),
    };
    let mut halves: Vec<[Vec<u8>; 2]> = Vec::new();
    let (mut front, mut back) = (theme.front, theme.back);
    for line in screen.lines() {
        let mut rows = [Vec::new(), Vec::new()];
        let mut rest = line.chars();
        while let Some(letter) = rest.next() {
            if letter == '\u{1b}' {
                let sequence: String = rest.by_ref().take_while(|c| *c != 'm').collect();
                let sequence = sequence.trim_start_matches('[').to_owned();
                let numbers: Vec<u32> = sequence
                    .split(';')
                    .map(|n| n.parse().unwrap_or(0))
                    .collect();
                match numbers[..] {
                    [0] => (front, back) = (theme.front, theme.back),
                    [39] => front = theme.front,
                    [49] => back = theme.back,
                    [38, 5, number] => front = grey(number),
                    [48, 5, number] => back = grey(number),
                    [38, 5, number, 48, 5, other] => (front, back) = (grey(number), grey(other)),
                    _ => panic!("an unexpected sequence: {sequence}"),
                }
                continue;
            }
            rows[0].push(if letter == '▀' { front } else { back });
            rows[1].push(back);
        }
        halves.push(rows);
    }
    let width = halves.iter().map(|[row, _]| row.len()).max().unwrap();
    let mut pixels = Vec::new();
    for row in halves.iter().flatten() {
        let at = |column: usize| row.get(column).copied().unwrap_or(theme.back);
        let line: Vec<u8> = (0..width * SCALE).map(|x| at(x / SCALE)).collect();
        (0..SCALE).for_each(|_| pixels.extend(&line));
    }
    let head = format!("P5 {} {} 255\n", width * SCALE, halves.len() * 2 * SCALE);
    [head.as_bytes(), &pixels].concat()
}

/// What a decoder that is not ours reads from it.
pub(crate) fn decoded(world: &World, picture: &[u8]) -> String {
    let file = world.write("screen.pgm", picture);
    let mut zbarimg = world.program("zbarimg");
    let said = finish(zbarimg.args(["--raw", "--quiet"]).arg(file));
    assert_eq!(said.code, Some(0), "no code was read: {said:?}");
    said.stdout.trim().to_owned()
}
