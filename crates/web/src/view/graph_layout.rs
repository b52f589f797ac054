//! Where the nodes of a graph go: columns from left to right along the relations, as few crossings as a few sweeps give.

/// Space between columns (room for the words on the edges) and between nodes of a column, in drawing units.
const COLUMN_GAP: f64 = 118.0;
const ROW_GAP: f64 = 14.0;
pub const NODE_HEIGHT: f64 = 38.0;
const MARGIN: f64 = 16.0;
const SWEEPS: usize = 6;

/// What a node needs.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub width: f64,
    /// Steps from the nearest root.
    pub distance: usize,
}

/// A node's place: its left upper corner and its width.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spot {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    /// Counts from the left.
    pub column: usize,
}

impl Spot {
    pub fn middle(&self) -> f64 {
        self.y + NODE_HEIGHT / 2.0
    }

    pub fn right(&self) -> f64 {
        self.x + self.width
    }
}

/// Places of all nodes, in their order, and the size of the whole.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub spots: Vec<Spot>,
    pub width: f64,
    pub height: f64,
}

/// Lays out nodes with edges between them (source, target). Deterministic: the same graph is drawn the same way.
pub fn lay_out(shapes: &[Shape], edges: &[(usize, usize)]) -> Layout {
    if shapes.is_empty() {
        return Layout::default();
    }
    let columns = assign_columns(shapes, edges);
    let order = order_columns(&columns, edges);
    place(shapes, edges, &order)
}

/// The column of each node: roots in the middle, what they lead to on the right, what leads to them on the left.
fn assign_columns(shapes: &[Shape], edges: &[(usize, usize)]) -> Vec<usize> {
    let mut neighbours: Vec<Vec<(usize, i64)>> = vec![Vec::new(); shapes.len()];
    for &(source, target) in edges {
        neighbours[source].push((target, 1));
        neighbours[target].push((source, -1));
    }
    let mut ranks: Vec<Option<i64>> = vec![None; shapes.len()];
    let mut by_distance: Vec<usize> = (0..shapes.len()).collect();
    by_distance.sort_by_key(|&at| shapes[at].distance);
    for start in by_distance {
        if ranks[start].is_some() {
            continue;
        }
        ranks[start] = Some(0);
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            let rank = ranks[at].unwrap_or(0);
            for &(next, step) in &neighbours[at] {
                if ranks[next].is_none() {
                    ranks[next] = Some(rank + step);
                    queue.push_back(next);
                }
            }
        }
    }
    let least = ranks.iter().flatten().min().copied().unwrap_or(0);
    ranks.into_iter().map(|rank| usize::try_from(rank.unwrap_or(0) - least).unwrap_or(0)).collect()
}

/// The nodes of each column from top to bottom, each near the middle of its neighbours.
fn order_columns(columns: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let last = columns.iter().max().copied().unwrap_or(0);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); last + 1];
    for (node, &column) in columns.iter().enumerate() {
        order[column].push(node);
    }
    let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    for &(source, target) in edges {
        neighbours[source].push(target);
        neighbours[target].push(source);
    }
    let mut rows = vec![0.0; columns.len()];
    let set_rows = |rows: &mut Vec<f64>, column: &[usize]| {
        for (row, &node) in column.iter().enumerate() {
            rows[node] = row as f64 - (column.len() as f64 - 1.0) / 2.0;
        }
    };
    for column in &order {
        set_rows(&mut rows, column);
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        for step in 0..order.len() {
            let column = if forward { step } else { order.len() - 1 - step };
            let weight = |node: usize| {
                let beside: Vec<f64> =
                    neighbours[node].iter().filter(|&&n| columns[n] != column).map(|&n| rows[n]).collect();
                if beside.is_empty() { rows[node] } else { beside.iter().sum::<f64>() / beside.len() as f64 }
            };
            let mut weighted: Vec<(f64, usize)> = order[column].iter().map(|&node| (weight(node), node)).collect();
            weighted.sort_by(|a, b| a.0.total_cmp(&b.0));
            order[column] = weighted.into_iter().map(|(_, node)| node).collect();
            set_rows(&mut rows, &order[column]);
        }
    }
    order
}

fn place(shapes: &[Shape], edges: &[(usize, usize)], order: &[Vec<usize>]) -> Layout {
    let pitch = NODE_HEIGHT + ROW_GAP;
    let tallest = order.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let height = tallest * pitch - ROW_GAP + 2.0 * MARGIN;
    let mut spots = vec![Spot::default(); shapes.len()];
    let mut x = MARGIN;
    for (at, column) in order.iter().enumerate() {
        let width = column.iter().map(|&node| shapes[node].width).fold(0.0, f64::max);
        let top = (height - (column.len() as f64 * pitch - ROW_GAP)) / 2.0;
        for (row, &node) in column.iter().enumerate() {
            spots[node] = Spot { x, y: top + row as f64 * pitch, width: shapes[node].width, column: at };
        }
        x += width + COLUMN_GAP;
    }
    // A node that leads to the right stands at the right edge of its column, so that edges start where it ends.
    for (at, column) in order.iter().enumerate() {
        let width = column.iter().map(|&node| shapes[node].width).fold(0.0, f64::max);
        for &node in column {
            let leads_on =
                edges.iter().any(|&(s, t)| (s == node && spots[t].column > at) || (t == node && spots[s].column > at));
            let led_to =
                edges.iter().any(|&(s, t)| (s == node && spots[t].column < at) || (t == node && spots[s].column < at));
            let slack = width - shapes[node].width;
            spots[node].x += match (led_to, leads_on) {
                (false, true) => slack,
                (true, true) => slack / 2.0,
                _ => 0.0,
            };
        }
    }
    Layout { spots, width: x - COLUMN_GAP + MARGIN, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(distances: &[usize]) -> Vec<Shape> {
        distances.iter().map(|&distance| Shape { width: 100.0, distance }).collect()
    }

    #[test]
    fn relations_run_from_left_to_right_through_the_root() {
        let layout = lay_out(&shapes(&[0, 1, 1, 1]), &[(0, 1), (2, 0), (3, 0)]);
        let columns: Vec<usize> = layout.spots.iter().map(|spot| spot.column).collect();
        assert_eq!(columns, [1, 2, 0, 0]);
        assert!(layout.spots.iter().all(|spot| spot.right() <= layout.width && spot.y + NODE_HEIGHT <= layout.height));
    }

    #[test]
    fn no_two_nodes_share_a_place() {
        let edges: Vec<(usize, usize)> = (1..60).map(|n| (n, n / 3)).chain([(5, 50), (50, 5), (7, 7)]).collect();
        let layout = lay_out(&shapes(&vec![1; 60]), &edges);
        for (at, a) in layout.spots.iter().enumerate() {
            for b in &layout.spots[at + 1..] {
                let apart = a.right() <= b.x || b.right() <= a.x || (a.y - b.y).abs() >= NODE_HEIGHT;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn nothing_and_loose_nodes_are_drawn_too() {
        assert_eq!(lay_out(&[], &[]).spots.len(), 0);
        let layout = lay_out(&shapes(&[0, 0]), &[]);
        assert_ne!(layout.spots[0], layout.spots[1]);
    }
}
