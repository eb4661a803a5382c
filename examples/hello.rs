//! The first program of the README: an array that all nodes share.

fn main() -> Result<(), pangea::Error> {
    let node = pangea::join()?;
    let squares = node.array::<u64>("squares").len(1000).create()?;
    let visits = node.array::<u64>("visits").len(1).create()?;

    // Every node fills the part that it holds …
    for i in squares.local_range().expect("a block is a range") {
        squares.put(i, (i * i) as u64)?;
    }
    node.barrier()?;

    // … and reads wherever it likes, with no help from the node that holds it.
    let i = 999 - node.rank();
    println!("node {} of {}: {i} squared is {}", node.rank(), node.size(), squares.get(i)?);

    visits.fetch_add(0, 1)?;
    node.barrier()?;
    assert_eq!(visits.load(0)?, node.size() as u64);
    Ok(())
}
