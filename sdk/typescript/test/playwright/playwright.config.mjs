export default { timeout: 1_500, reporter: "line", workers: 1 };
