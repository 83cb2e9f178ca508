"""ShiftLab: an object is moved over its picture; what networks that pool and networks that flatten say of it."""
