/** What the page of a build needs now and then, loaded together when it first does. */
export { ApprovalNotice } from '../components/approval_notice';
export { Attempts } from '../components/attempts';
export { CompareLink } from '../components/compare_link';
export { BuildTools, JobTools } from '../components/build_tools';
export { Typical } from '../components/typical';
export { Waiting } from '../components/waiting';
export { Variables } from '../components/variables';
