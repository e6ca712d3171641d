"""The API of this room: what everybody reads, what an organization writes, what stewards decide."""
