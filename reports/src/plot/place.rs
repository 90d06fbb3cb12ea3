//! Places for labels near their points, so that none covers another or a mark.

/// A rectangle in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    fn around((x, y): (f64, f64), (width, height): (f64, f64)) -> Self {
        Self {
            left: x - width / 2.0,
            top: y - height / 2.0,
            right: x + width / 2.0,
            bottom: y + height / 2.0,
        }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn lies_in(&self, room: &Self) -> bool {
        self.left >= room.left
            && self.right <= room.right
            && self.top >= room.top
            && self.bottom <= room.bottom
    }

    /// Its point that is nearest to another.
    pub(super) fn nearest(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            x.clamp(self.left, self.right),
            y.clamp(self.top, self.bottom),
        )
    }

    /// Whether a line from one point to another passes through it (Liang and Barsky, 1984).
    fn is_crossed(&self, (from, to): Line) -> bool {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (step, distance) in [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ] {
            if step == 0.0 && distance < 0.0 {
                return false;
            }
            let at = distance / step;
            if step < 0.0 {
                enters = enters.max(at);
            } else if step > 0.0 {
                leaves = leaves.min(at);
            }
        }
        enters < leaves
    }
}

/// A line from one point to another.
pub(super) type Line = ((f64, f64), (f64, f64));

/// Half the side of the square that a mark keeps free.
const MARK: f64 = 10.0;
/// Distances of a label from its point that are tried, the nearest first.
const DISTANCES: [f64; 10] = [
    11.0, 15.0, 22.0, 34.0, 50.0, 70.0, 95.0, 130.0, 180.0, 250.0,
];
/// Directions that are tried at each distance, right, up and down first.
const DIRECTIONS: [f64; 16] = [
    0.0, 45.0, -45.0, 180.0, 90.0, -90.0, 135.0, -135.0, 22.5, -22.5, 157.5, -157.5, 67.5, -67.5,
    112.5, -112.5,
];

/// What it costs that a leader crosses a mark or a label, as a distance that is worth going instead.
const CROSSING: f64 = 60.0;

/// A place within `room` for a label of each of `sizes` (width and height) near its point, where it
/// covers no mark, no label and none of `lines`; `None` where there is none. Of these places the
/// nearest, unless its leader, or another below it, would cross too much. Labels are placed in their
/// order.
pub(super) fn labels(
    points: &[(f64, f64)],
    sizes: &[(f64, f64)],
    lines: &[Line],
    room: Rect,
) -> Vec<Option<Rect>> {
    let marks: Vec<Rect> = points
        .iter()
        .map(|&point| Rect::around(point, (2.0 * MARK, 2.0 * MARK)))
        .collect();
    let mut taken: Vec<(Rect, Line)> = Vec::new();
    let place = |(index, &size): (usize, &(f64, f64))| {
        let point = points[index];
        let leader = |place: &Rect| (point, place.nearest(point));
        let free = |(_, place): &(f64, Rect)| {
            place.lies_in(&room)
                && marks.iter().all(|mark| !place.meets(mark))
                && taken.iter().all(|(label, _)| !place.meets(label))
                && lines.iter().all(|line| !place.is_crossed(*line))
        };
        let cost = |(distance, place): &(f64, Rect)| {
            let others = marks
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index);
            let passed = others.filter(|(_, mark)| mark.is_crossed(leader(place)));
            let (over, under) = (
                taken
                    .iter()
                    .filter(|(label, _)| label.is_crossed(leader(place))),
                taken.iter().filter(|(_, other)| place.is_crossed(*other)),
            );
            let crossings = passed.count() + over.count() + under.count();
            distance + CROSSING * crossings as f64
        };
        let all = candidates(point, size).filter(free);
        let (_, found) = all.min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
        taken.push((found, leader(&found)));
        Some(found)
    };
    sizes.iter().enumerate().map(place).collect()
}

/// Places with their distances from the point.
fn candidates(
    (x, y): (f64, f64),
    (width, height): (f64, f64),
) -> impl Iterator<Item = (f64, Rect)> {
    DISTANCES.into_iter().flat_map(move |distance| {
        DIRECTIONS.into_iter().map(move |degrees: f64| {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let center = (
                x + cos * (width / 2.0 + distance),
                y - sin * (height / 2.0 + distance),
            );
            (distance, Rect::around(center, (width, height)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOM: Rect = Rect {
        left: 0.0,
        top: 0.0,
        right: 700.0,
        bottom: 500.0,
    };

    #[test]
    fn a_point_alone_has_its_label_to_the_right() {
        let [Some(place)] = labels(&[(100.0, 100.0)], &[(80.0, 30.0)], &[], ROOM)[..] else {
            panic!("there is room")
        };
        assert_eq!(place, Rect::around((151.0, 100.0), (80.0, 30.0)));
    }

    #[test]
    fn at_the_edge_it_stands_inside() {
        let places = labels(&[(699.0, 1.0), (2.0, 498.0)], &[(80.0, 30.0); 2], &[], ROOM);
        assert!(places.iter().flatten().all(|place| place.lies_in(&ROOM)));
        assert_eq!(places.iter().flatten().count(), 2);
    }

    #[test]
    fn it_keeps_off_a_line_that_runs_by() {
        let line = ((100.0, 100.0), (300.0, 100.0));
        let [Some(place)] = labels(&[(100.0, 100.0)], &[(80.0, 30.0)], &[line], ROOM)[..] else {
            panic!("there is room")
        };
        assert!(!place.is_crossed(line), "{place:?}");
    }

    #[test]
    fn a_crowd_finds_room() {
        let points: Vec<(f64, f64)> = (0..14)
            .map(|i| (300.0 + 4.0 * f64::from(i % 5), 200.0 + 7.0 * f64::from(i)))
            .collect();
        let places = labels(&points, &[(110.0, 30.0); 14], &[], ROOM);
        assert_eq!(places.iter().flatten().count(), 14);
    }

    #[test]
    fn where_there_is_no_room_there_is_no_label() {
        let room = Rect {
            right: 90.0,
            bottom: 40.0,
            ..ROOM
        };
        let places = labels(&[(45.0, 20.0)], &[(80.0, 30.0)], &[], room);
        assert_eq!(places, [None]);
    }

    proptest! {
        #[test]
        fn labels_never_meet_one_another_or_a_mark(
            points in prop::collection::vec((0.0..700.0_f64, 0.0..500.0_f64), 1..30),
        ) {
            let sizes = vec![(100.0, 30.0); points.len()];
            let places = labels(&points, &sizes, &[], ROOM);
            let found: Vec<Rect> = places.into_iter().flatten().collect();
            for (i, place) in found.iter().enumerate() {
                prop_assert!(place.lies_in(&ROOM));
                prop_assert!(found[..i].iter().all(|other| !place.meets(other)));
                for &(x, y) in &points {
                    let covers = place.left < x && x < place.right && place.top < y && y < place.bottom;
                    prop_assert!(!covers);
                }
            }
        }
    }
}
