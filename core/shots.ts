/** How many labels of each class a task starts from. */
export const shotsPerClass = 16
