//! A regex that takes lines apart, with a short way for what patterns of logs are made of.
//!
//! Clever: [`Program`] tries a pattern's parts in their order, as the regex crate does, but takes a run of characters of one class as one
//! step, and knows where only one length of it can be meant. For lines of load balancers and web servers, the crate's own search for
//! groups was 36 to 38 % of a whole load. It decides wherever a pattern has more than that, a line more than ASCII, or too much has to be
//! tried twice: both ways give the same.

use std::ops::Deref;

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::find::{each, each_of};

/// A pattern that lines begin with. What it takes out are its named groups: `name`, and in other branches of the pattern, where a regex
/// must not repeat a name, `name__2`, `name__3` …
#[derive(Clone, Debug)]
pub struct LinePattern {
    regex: Regex,
    /// The named groups with their numbers.
    names: Vec<(usize, Box<str>)>,
    program: Option<Program>,
}

impl LinePattern {
    /// A pattern of a regex that is bound to the start of a text.
    pub(crate) fn new(regex: Regex) -> Self {
        let names = regex.capture_names().enumerate();
        let names = names.filter_map(|(number, name)| Some((number, without_branch(name?).into()))).collect();
        let program = regex_syntax::parse(regex.as_str()).ok().and_then(|pattern| Program::new(&pattern));
        Self { regex, names, program }
    }

    /// The names of its groups.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(_, name)| &**name)
    }

    /// Calls `each` with the name and the text of each group that is in `text`, in their order. Gives what stands behind the match, or
    /// nothing where the text does not match.
    pub(crate) fn groups<'a>(
        &'a self,
        text: &'a str,
        mut each: impl FnMut(&'a str, &'a str),
    ) -> Option<&'a str> {
        let outcome = self.program.as_ref().map_or(Outcome::Unknown, |program| program.run(text));
        match outcome {
            Outcome::Fails => None,
            Outcome::Matches(places, end) => {
                for (number, name) in &self.names {
                    if let (Some(start), Some(end)) =
                        (place(&places, number * 2), place(&places, number * 2 + 1))
                    {
                        each(name, text.get(start..end)?);
                    }
                }
                text.get(end..)
            }
            Outcome::Unknown => {
                let groups = self.regex.captures(text)?;
                for (number, name) in &self.names {
                    if let Some(group) = groups.get(*number) {
                        each(name, group.as_str());
                    }
                }
                text.get(groups.get(0)?.end()..)
            }
        }
    }
}

/// `name` of `name__2`.
fn without_branch(name: &str) -> &str {
    let is_number = |branch: &str| !branch.is_empty() && branch.bytes().all(|byte| byte.is_ascii_digit());
    name.rsplit_once("__").filter(|(_, branch)| is_number(branch)).map_or(name, |(name, _)| name)
}

impl Deref for LinePattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        &self.regex
    }
}

fn place(places: &[usize], number: usize) -> Option<usize> {
    places.get(number).copied().filter(|place| *place != NOWHERE)
}

/// The place of a group that is not in a text.
const NOWHERE: usize = usize::MAX;

/// What a program says of a text.
enum Outcome {
    /// Where each group begins and ends, and where the match ends.
    Matches(Vec<usize>, usize),
    Fails,
    Unknown,
}

/// A pattern as steps, one after the other.
#[derive(Clone, Debug, Default)]
struct Program {
    steps: Vec<Step>,
    /// For each step a bit for each byte that may stand where it begins; [`ANY`] where it may begin at the end, too.
    first: Vec<u128>,
    /// Two places for each group.
    places: usize,
}

/// Any byte of ASCII, or none.
const ANY: u128 = u128::MAX;

#[derive(Clone, Debug)]
enum Step {
    Byte(u8),
    Run(Run),
    /// Goes on with the first step, or else with the second.
    Either(usize, usize),
    Jump(usize),
    /// Notes where a group begins or ends.
    Place(usize),
    Start,
    End,
}

/// Characters of one class.
#[derive(Clone, Debug)]
struct Run {
    class: Box<[bool; 256]>,
    /// What ends a run of nearly any characters: the ASCII that is not in the class.
    stops: Option<Stops>,
    least: usize,
    most: usize,
    length: Length,
}

/// A few bytes that are looked for in blocks, which is quicker than to ask of each byte whether it is in the class.
#[derive(Clone, Copy, Debug)]
enum Stops {
    One(u8),
    Few([u8; FEW_STOPS]),
}

/// As many as the blanks of ASCII.
const FEW_STOPS: usize = 6;

impl Stops {
    fn of(class: &[bool; 256]) -> Option<Self> {
        let stops: Vec<u8> =
            (0..128).zip(class).filter(|(_, is_in)| !**is_in).map(|(byte, _)| byte).collect();
        match stops.as_slice() {
            [stop] => Some(Self::One(*stop)),
            [first, ..] if stops.len() <= FEW_STOPS => {
                let mut few = [*first; FEW_STOPS];
                few.iter_mut().zip(&stops).for_each(|(place, stop)| *place = *stop);
                Some(Self::Few(few))
            }
            _ => None,
        }
    }

    /// Where the first of them stands.
    #[inline]
    fn first(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::One(stop) => each(stop, bytes).next(),
            Self::Few(stops) => each_of(stops, bytes).next(),
        }
    }
}

/// Which length of a run is tried first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Longest,
    Shortest,
    /// No other than the longest can be meant.
    Only,
}

/// Where to go on if what was tried fails.
struct Choice {
    step: usize,
    /// The places from which that is tried: from the one to the other.
    next: usize,
    last: usize,
    /// Places of groups that were noted before.
    noted: usize,
}

/// How often a byte of a text may be looked at, or a choice be made anew, on average: what takes more is left to the regex crate, whose
/// time is linear.
const LOOKS_AT_A_BYTE: usize = 4;

/// The same for any text.
const FEW_LOOKS: usize = 64;

/// The most steps of a program.
const MOST_STEPS: usize = 2000;

impl Program {
    /// The program of a pattern that is bound to the start of a text; nothing where it has a part that no step is made for.
    fn new(pattern: &Hir) -> Option<Self> {
        let mut program = Self::default();
        program.add(pattern)?;
        matches!(program.steps.first(), Some(Step::Start)).then_some(())?;
        program.first = program.first_bytes();
        for step in 0..program.steps.len() {
            if program.is_only_length(step)
                && let Some(Step::Run(run)) = program.steps.get_mut(step)
            {
                run.length = Length::Only;
            }
        }
        Some(program)
    }

    fn add(&mut self, part: &Hir) -> Option<()> {
        (self.steps.len() < MOST_STEPS).then_some(())?;
        match part.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => self.steps.extend(literal.0.iter().map(|byte| Step::Byte(*byte))),
            HirKind::Class(_) => self.add_run(part, 1, Some(1), true)?,
            HirKind::Look(Look::Start) => self.steps.push(Step::Start),
            HirKind::Look(Look::End) => self.steps.push(Step::End),
            HirKind::Look(_) => return None,
            HirKind::Capture(group) => {
                let number = usize::try_from(group.index).ok()? * 2;
                self.places = self.places.max(number + 2);
                self.steps.push(Step::Place(number));
                self.add(&group.sub)?;
                self.steps.push(Step::Place(number + 1));
            }
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part))?,
            HirKind::Alternation(parts) => self.add_either(parts)?,
            HirKind::Repetition(Repetition { min, max, greedy, sub }) => {
                let is_loop = || *greedy && sub.properties().minimum_len().is_some_and(|least| least > 0);
                match (*min, *max) {
                    _ if self.add_run(sub, *min, *max, *greedy).is_some() => {}
                    (0, Some(1)) => {
                        let empty = Hir::empty();
                        let parts = if *greedy { [(**sub).clone(), empty] } else { [empty, (**sub).clone()] };
                        self.add_either(&parts)?;
                    }
                    (0, None) if is_loop() => self.add_loop(sub)?,
                    _ => return None,
                }
            }
        }
        Some(())
    }

    /// Adds a part that may come any number of times.
    fn add_loop(&mut self, part: &Hir) -> Option<()> {
        let either = self.steps.len();
        self.steps.push(Step::Either(either + 1, 0));
        self.add(part)?;
        self.steps.push(Step::Jump(either));
        let behind = self.steps.len();
        *self.steps.get_mut(either)? = Step::Either(either + 1, behind);
        Some(())
    }

    fn add_either(&mut self, parts: &[Hir]) -> Option<()> {
        let Some((first, others)) = parts.split_first() else { return Some(()) };
        if others.is_empty() {
            return self.add(first);
        }
        let either = self.steps.len();
        self.steps.push(Step::Either(either + 1, 0));
        self.add(first)?;
        let jump = self.steps.len();
        self.steps.push(Step::Jump(0));
        self.add_either(others)?;
        let behind = self.steps.len();
        *self.steps.get_mut(either)? = Step::Either(either + 1, jump + 1);
        *self.steps.get_mut(jump)? = Step::Jump(behind);
        Some(())
    }

    /// Adds a run of characters of the class that `part` is; nothing where it is none.
    fn add_run(&mut self, part: &Hir, least: u32, most: Option<u32>, greedy: bool) -> Option<()> {
        let mut class = Box::new([false; 256]);
        let ranges: Vec<(u32, u32)> = match part.kind() {
            HirKind::Class(Class::Unicode(class)) => {
                class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
            }
            HirKind::Class(Class::Bytes(class)) => {
                class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
            }
            HirKind::Literal(literal) if literal.0.len() == 1 => {
                literal.0.iter().map(|byte| (u32::from(*byte), u32::from(*byte))).collect()
            }
            _ => return None,
        };
        for (byte, is_in) in (0..128).zip(class.iter_mut()) {
            *is_in = ranges.iter().any(|(first, last)| (*first..=*last).contains(&byte));
        }
        self.steps.push(Step::Run(Run {
            stops: Stops::of(&class),
            class,
            least: usize::try_from(least).ok()?,
            most: most.map_or(Some(usize::MAX), |most| usize::try_from(most).ok())?,
            length: if greedy { Length::Longest } else { Length::Shortest },
        }));
        Some(())
    }

    /// The next step from `step` on that looks at the text.
    fn looking(&self, mut step: usize) -> Option<&Step> {
        loop {
            match self.steps.get(step)? {
                Step::Place(_) => step += 1,
                Step::Jump(to) => step = *to,
                found => return Some(found),
            }
        }
    }

    fn first_bytes(&self) -> Vec<u128> {
        let mut first = vec![ANY; self.steps.len()];
        for (number, step) in self.steps.iter().enumerate().rev() {
            // All ways lead on to later steps, but for the end of a loop, of which nothing is known yet.
            let of = |step: usize| first.get(step).copied().unwrap_or(ANY);
            let bytes = match step {
                Step::Byte(byte) => 1_u128.checked_shl(u32::from(*byte)).unwrap_or(ANY),
                Step::Run(run) if run.least > 0 => run.bytes(),
                Step::Run(run) => run.bytes() | of(number + 1),
                Step::Either(one, other) => of(*one) | of(*other),
                Step::Jump(to) => of(*to),
                Step::Place(_) => of(number + 1),
                Step::Start | Step::End => ANY,
            };
            if let Some(slot) = first.get_mut(number) {
                *slot = bytes;
            }
        }
        first
    }

    /// Whether a run can have one length only: its class has nothing with which what follows can begin.
    fn is_only_length(&self, step: usize) -> bool {
        let Some(Step::Run(run)) = self.steps.get(step) else { return false };
        run.least == run.most
            || match self.looking(step + 1) {
                Some(Step::End) => true,
                Some(_) => {
                    self.first.get(step + 1).is_some_and(|next| *next != ANY && next & run.bytes() == 0)
                }
                None => run.length == Length::Longest,
            }
    }

    fn run(&self, text: &str) -> Outcome {
        if !text.is_ascii() {
            return Outcome::Unknown;
        }
        let bytes = text.as_bytes();
        let mut looks = LOOKS_AT_A_BYTE * bytes.len() + FEW_LOOKS;
        let mut choices: Vec<Choice> = Vec::with_capacity(16);
        let mut noted: Vec<(usize, usize)> = Vec::with_capacity(self.places);
        let may_begin = |step: usize, at: usize| {
            let first = self.first.get(step).copied().unwrap_or(ANY);
            first == ANY || bytes.get(at).is_some_and(|byte| first >> (byte & 127) & 1 != 0)
        };
        let (mut step, mut at) = (0, 0);
        while let Some(this) = self.steps.get(step) {
            step += 1;
            let fits = match this {
                Step::Byte(byte) => {
                    at += 1;
                    bytes.get(at - 1) == Some(byte)
                }
                Step::Run(run) => match run.read(bytes, at) {
                    None => false,
                    Some((shortest, longest)) => {
                        let Some(fewer) = looks.checked_sub(longest - at) else { return Outcome::Unknown };
                        looks = fewer;
                        let (first, next, last) = match run.length {
                            Length::Shortest => (shortest, shortest + 1, longest),
                            Length::Longest | Length::Only => (longest, longest.wrapping_sub(1), shortest),
                        };
                        if run.length != Length::Only && shortest < longest {
                            choices.push(Choice { step, next, last, noted: noted.len() });
                        }
                        at = first;
                        true
                    }
                },
                Step::Either(first, second) => {
                    step = *first;
                    if may_begin(*first, at) {
                        choices.push(Choice { step: *second, next: at, last: at, noted: noted.len() });
                    } else {
                        step = *second;
                    }
                    true
                }
                Step::Jump(to) => {
                    step = *to;
                    true
                }
                Step::Place(place) => {
                    noted.push((*place, at));
                    true
                }
                Step::Start => at == 0,
                Step::End => at == bytes.len(),
            };
            if fits {
                continue;
            }
            loop {
                let Some(choice) = choices.last_mut() else { return Outcome::Fails };
                let Some(fewer) = looks.checked_sub(1) else { return Outcome::Unknown };
                looks = fewer;
                (step, at) = (choice.step, choice.next);
                noted.truncate(choice.noted);
                match choice.next.cmp(&choice.last) {
                    std::cmp::Ordering::Less => choice.next += 1,
                    std::cmp::Ordering::Equal => drop(choices.pop()),
                    std::cmp::Ordering::Greater => choice.next -= 1,
                }
                if may_begin(step, at) {
                    break;
                }
            }
        }
        let mut places = vec![NOWHERE; self.places];
        for (place, at) in noted {
            if let Some(slot) = places.get_mut(place) {
                *slot = at;
            }
        }
        Outcome::Matches(places, at)
    }
}

impl Run {
    /// A bit for each byte of the class.
    fn bytes(&self) -> u128 {
        (0..128).zip(&*self.class).filter(|(_, is_in)| **is_in).fold(0, |bytes, (byte, _)| bytes | 1 << byte)
    }

    /// Where the shortest and the longest run end that begins at `at`.
    #[inline]
    fn read(&self, bytes: &[u8], at: usize) -> Option<(usize, usize)> {
        let rest = bytes.get(at..)?;
        let rest = rest.get(..self.most).unwrap_or(rest);
        let is_in = |byte: &u8| self.class.get(usize::from(*byte)) == Some(&true);
        let end = match self.stops {
            Some(stops) => stops.first(rest),
            None => rest.iter().position(|byte| !is_in(byte)),
        };
        let longest = end.unwrap_or(rest.len());
        (longest >= self.least).then_some((at + self.least, at + longest))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::LazyLock;

    use proptest::proptest;
    use regex::Regex;

    use super::{LinePattern, without_branch};

    /// The built-in patterns, and what they do not have.
    static PATTERNS: LazyLock<Vec<LinePattern>> = LazyLock::new(|| {
        let access = include_str!("../../config/log_types/web/access.ini");
        let built_in = [
            [
                include_str!("../../config/log_types/alb.ini"),
                include_str!("../../config/log_types/web/load_balancer.ini"),
            ],
            [include_str!("../../config/log_types/apache-access.ini"), access],
            [include_str!("../../config/log_types/cloudfront-standard.ini"), ""],
            [include_str!("../../config/log_types/linux/lines.ini"), ""],
            [include_str!("../../config/log_types/nginx-access.ini"), access],
            [include_str!("../../config/log_types/nlb.ini"), ""],
        ];
        let built_in = built_in.map(|files| {
            let lines: HashMap<_, _> = files
                .iter()
                .flat_map(|file| file.lines())
                .filter_map(|line| line.split_once(" = "))
                .collect();
            let mut text = lines["log_pattern"].to_owned();
            while let Some((before, (part, behind))) =
                text.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
            {
                text = [before, lines[part], behind].concat();
            }
            text.replace("$$", "$")
        });
        let own = [
            r"(?P<a>a+?)(?P<b>a*)(?P<c>b?)",
            r"(?P<a>a{2,3}?)(?P<b>[ab]{1,2})(?:(?P<c>-)|(?P<d> ))??(?P<e>.*)$",
            r"(?P<a>\S+) (?P<b>(?:x|(?P<c>a+)b?)?)(?P<d> ?)(?P<e>\S*?)-",
            r"(?P<a>(?:a|ab)(?:b|-)?)(?P<b>[^ ]*) (?P<c>.*?) (?P<d>.*)",
            r"(?i)(?P<a>AB*)(?P<b>\s+)?(?P<c>[^-]*)-?$",
            r"(?P<a>(?:ab)+)(?P<b>.*)",
            r"(?P<a>.*?)a(?P<b>\S*)b(?P<c>[a -]*)",
            r"(?P<a>\w+)\b(?P<b>.*)",
            r#""(?P<a>[^"x]*(?:x.[^"x]*)*)" (?P<b>[ab]*(?:(?P<c>-)[ab]*)*)(?P<d>.*)"#,
        ];
        let all = built_in.into_iter().chain(own.map(ToOwned::to_owned));
        all.map(|text| LinePattern::new(Regex::new(&format!(r"\A(?:{text})")).unwrap())).collect()
    });

    fn assert_same(pattern: &LinePattern, text: &str) {
        let LinePattern { regex, .. } = pattern;
        let expected = regex.captures(text).map(|groups| {
            let named = regex.capture_names().zip(groups.iter());
            named
                .filter_map(|(name, group)| Some((without_branch(name?), group?.as_str())))
                .collect::<Vec<_>>()
        });
        let mut found = Vec::new();
        let behind = pattern.groups(text, |name, value| found.push((name, value)));
        assert_eq!(behind, regex.find(text).map(|whole| &text[whole.end()..]), "{regex} {text:?}");
        assert_eq!(behind.map(|_| found), expected, "{regex} {text:?}");
    }

    #[test]
    fn patterns_of_logs_have_a_short_way() {
        let long = PATTERNS.iter().filter(|pattern| pattern.program.is_none());
        assert_eq!(long.count(), 2, "the two that repeat a group, and look at the ends of words");
    }

    #[test]
    fn lines_of_logs_give_the_groups_that_the_regex_gives() {
        let lines = [
            r#"https 2026-11-21T00:08:36Z app/shop/01 203.0.113.66:8751 10.0.1.5:8080 0.001 0.120 0.000 200 200 310 2210 "GET https://shop.example.com:443/item?id=1 HTTP/2.0" "curl/8" TLS_A TLSv1.3 arn:x "Root=1" "shop" "arn" 1 2026-11-21T00:41:24Z "waf,forward" "-" "-" "10.0.1.5:8080" "200" "-" "-""#,
            r#"h2 t elb [2001:db8::1]:1 - -1 -1 -1 400 - 0 5 "- http://h:80- -" "-" - - - "-" "-" "-" - t "-" "-" "-""#,
            r#"h2 t elb 2001:db8::1:1 ::1:8 -1 -1 -1 400 - 0 5 "GET https://h:80/a\"b" "c HTTP/1.1" "-" - - - "-" "-" "-" - t "-" "-" "-""#,
            r#"203.0.113.146 - - [21/Nov/2026:09:54:51 +0900] "GET /item?id=1 HTTP/1.1 HTTP/1.1" 200 612 "-" "curl/8.5.0" "203.0.113.1""#,
            r#"203.0.113.146 - a b [c] [21/Nov/2026:09:54:51 +0900] "\x16\x03" 400 - "-" "-""#,
        ];
        for line in lines {
            for cut in (0..line.len()).step_by(3).chain([line.len()]) {
                PATTERNS.iter().for_each(|pattern| assert_same(pattern, &line[..cut]));
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_the_groups_that_the_regex_gives(text in "[ab -]{0,12}|[abx \\-\\\"\\[\\]:/?\n1é]{0,40}|(ab ){0,60}a{0,80}b?") {
            PATTERNS.iter().for_each(|pattern| assert_same(pattern, &text));
        }
    }
}
